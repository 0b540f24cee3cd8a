import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject, parseJson, stringifyJson } from '../json.ts';
import type { JsonObject } from '../json.ts';

export function sendJson(reply: FastifyReply, value: unknown, status = 200): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(stringifyJson(value));
}

/** An answer without a body, as ComfyUI gives it to most commands. */
export function sendEmpty(reply: FastifyReply, status = 200): FastifyReply {
  return reply.code(status).send();
}

/**
 * The body as JSON, whatever its content type says; anything but an object is an error of the server, as there.
 * @throws SyntaxError or TypeError, which are answered with 500
 */
export function jsonBody(request: FastifyRequest): JsonObject {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  const body = parseJson(text);
  if (!isObject(body)) throw new TypeError('the body is not an object');
  return body;
}

export function query(request: FastifyRequest): Record<string, string | undefined> {
  const values = request.query as Record<string, string | string[] | undefined>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

export const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
