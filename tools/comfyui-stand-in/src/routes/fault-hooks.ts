import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Host } from '../host.ts';
import { controlPrefix } from './control.ts';

/** The path as the faults name it: without `/api` and query. */
export function plainPath(url: string): string {
  const path = url.split('?')[0] ?? '';
  return path.startsWith('/api/') ? path.slice('/api'.length) : path;
}

type Aimed = { route?: string | undefined; method?: string | undefined };

export const aimedAt =
  (path: string, method: string) =>
  (fault: Aimed): boolean =>
    (fault.route === undefined || path.startsWith(fault.route)) &&
    (fault.method === undefined || fault.method === method);

/** Scripted faults of HTTP, before and after a request is handled. Control routes are never touched. */
export function faultHooks(app: FastifyInstance, host: Host): void {
  const { faults, signal } = host;
  const isControl = (request: FastifyRequest): boolean => request.url.startsWith(controlPrefix);

  app.addHook('onRequest', async (request, reply) => {
    if (isControl(request)) return;
    await faults.whileHung('http', signal);
    const fits = aimedAt(plainPath(request.url), request.method);
    if (faults.take('connection', (fault) => fault.when === 'before' && fits(fault)) !== null) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const refused = faults.take('http', fits);
    if (refused !== null) await reply.code(refused.status).send();
  });

  app.addHook('onSend', async (request, _reply, payload) => {
    if (isControl(request)) return payload;
    const fits = aimedAt(plainPath(request.url), request.method);
    if (faults.take('connection', (fault) => fault.when === 'after' && fits(fault)) !== null) {
      request.raw.socket.destroy();
    }
    return Promise.resolve(payload);
  });
}
