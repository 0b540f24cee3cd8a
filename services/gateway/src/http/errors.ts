import type { WireError } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toProblem } from './problem.ts';
import { pathOf } from './request-log.ts';
import { validationError } from './validation.ts';

/** Seconds after which a request that met a stopped part is worth another try. */
const retryAfterSeconds = 2;

/** Addresses that the router cannot read never reach a handler, nor the road of errors. */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // No hook has run for it.
  void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
  void sendProblem(request, reply, wireOf(error));
}

/** One road for every failure: problem+json to the sender, the cause to the log. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error, request, reply) => {
    const wire = wireOf(error);
    const problem = toProblem(wire, request.id);
    if (problem.status === 500) request.log.error({ err: error, path: pathOf(request) }, 'a request failed');
    else if (problem.status > 500)
      request.log.warn({ reason: wire.message, path: pathOf(request) }, 'a request failed');
    return sendProblem(request, reply, wire);
  });
}

export async function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  wire: WireError,
): Promise<FastifyReply> {
  const problem = toProblem(wire, request.id);
  if (problem.status === 503) void reply.header('retry-after', String(retryAfterSeconds));
  // The original's clients read `error`.
  const body = request.routeOptions.config.kept === true ? { ...problem, error: problem.detail } : problem;
  await reply
    .code(problem.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .send(body);
  return reply;
}

const malformed = (message: string): WireError => ({ code: 'malformed_request', message });

/** Fastify's own failures by their code; the rest as `libs/runtime` reads it. */
function wireOf(error: unknown): WireError {
  const { code, statusCode, validation } = error as Partial<FastifyError>;
  if (validation !== undefined) return validationError(error as FastifyError);
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'payload_too_large', message: 'The body is larger than this address takes.' };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return { code: 'unsupported_media_type', message: 'The body must be JSON, sent as application/json.' };
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return malformed('The body is not as long as its Content-Length says.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { ...malformed('The body is not well-formed JSON.'), hint: 'Send well-formed JSON.' };
    case 'FST_ERR_BAD_URL':
      return malformed('The address is not well-formed: a % is not followed by the code of a letter.');
    default:
  }
  const wire = toWireError(error);
  if (wire.code === 'internal' && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return malformed('The request cannot be read.');
  }
  return wire;
}
