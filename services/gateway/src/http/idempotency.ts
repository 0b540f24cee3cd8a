import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

const header = 'idempotency-key';

/** Loose, because the parsed headers take the place of all others. */
export const IdempotencyHeaders = z.looseObject({
  [header]: z
    .string()
    .min(1)
    .max(150)
    .regex(/^[\x21-\x7e]+$/, 'may hold visible ASCII characters only')
    .optional()
    .meta({ description: 'The same key with the same body queues its work once, however often it is sent.' }),
});

export interface Idempotency {
  principal: string;
  route: string;
  key: string;
  body_hash: string;
}

/** What makes a repetition of this request the same request; nothing where its sender gave no key. */
export function idempotencyOf(
  request: FastifyRequest,
  entry?: number | string,
): { idempotency?: Idempotency } {
  const key = request.headers[header];
  if (typeof key !== 'string') return {};
  return {
    idempotency: {
      principal: request.principal?.id ?? '',
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      key: entry === undefined ? key : `${key}/${entry}`,
      body_hash: bodyHash(request),
    },
  };
}

/** A list has one body and a key for each of its entries. */
const hashes = new WeakMap<FastifyRequest, string>();

function bodyHash(request: FastifyRequest): string {
  const known = hashes.get(request);
  if (known !== undefined) return known;
  const body = JSON.stringify([request.params, request.body ?? null]);
  const hash = createHash('sha256').update(body).digest('hex');
  hashes.set(request, hash);
  return hash;
}
