import type { Log } from '@gaze/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Addresses are logged without their query: it may hold a key or the one-time token. */
export const pathOf = (request: { url?: string | undefined }): string => request.url?.split('?')[0] ?? '';

/** The log as Fastify writes to it. */
export function requestLog(log: Log): Log {
  return log.child(
    {},
    {
      serializers: { req: (request: FastifyRequest) => ({ method: request.method, path: pathOf(request) }) },
    },
  );
}

/** One quiet line per answer; what failed inside is told by the error handler. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      by: request.principal?.name,
    };
    request.log.debug(line, 'answered');
  });
}
