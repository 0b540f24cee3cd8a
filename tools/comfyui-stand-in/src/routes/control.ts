import type { FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import type { Fault } from '../faults/fault.ts';
import type { Host } from '../host.ts';
import { jsonBody, query, sendEmpty, sendJson } from './replies.ts';

/** Routes for tests, outside of everything that ComfyUI has. */
export const controlPrefix = '/_stand-in';

export function controlRoutes(app: FastifyInstance, host: Host, restart: () => void): void {
  const { log, faults, queue, residency, hub, settings } = host;

  app.get('/log', (request, reply) =>
    sendJson(reply, { entries: log.entries(Number(query(request).since ?? 0)) }),
  );

  app.delete('/log', (_request, reply) => {
    log.clear();
    return sendEmpty(reply, 204);
  });

  app.get('/state', (_request, reply) =>
    sendJson(reply, {
      name: settings.name,
      profile: settings.profile,
      running: queue.running()?.promptId ?? null,
      pending: queue.pending().map((item) => item.promptId),
      loaded: residency.loaded(),
      sockets: hub.count(),
    }),
  );

  app.get('/faults', (_request, reply) => sendJson(reply, { faults: faults.list() }));

  app.post('/faults', (request, reply) => {
    try {
      faults.set(jsonBody(request) as Fault);
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      return sendJson(reply, { error: 'There is no such fault.', issues: error.issues }, 400);
    }
    return sendEmpty(reply, 204);
  });

  app.delete('/faults', (_request, reply) => {
    faults.clear();
    return sendEmpty(reply, 204);
  });

  app.post('/cut-sockets', (_request, reply) => {
    hub.cutAll();
    return sendEmpty(reply, 204);
  });

  app.post('/restart', (_request, reply) => {
    reply.raw.on('finish', restart);
    return sendEmpty(reply, 202);
  });
}
