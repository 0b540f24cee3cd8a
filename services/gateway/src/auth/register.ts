import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Guard, Knock } from './guard.ts';
import { changesThings } from './origin.ts';
import type { Passwords } from './passwords.ts';

/** Keys in the query never reach a route, whose query is strict. */
function takeQueryKey(request: FastifyRequest): unknown {
  const query = request.query as Record<string, unknown>;
  const key = query.api_key;
  delete query.api_key;
  return key;
}

export const knockOf = (request: FastifyRequest, queryKey?: unknown): Knock => ({
  method: request.method,
  headers: request.headers,
  queryKey,
  ip: request.ip,
});

/** Stands before every route: the door, then who asks and whether that is enough. */
export function registerGuard(app: FastifyInstance, passwords: Passwords, guard: Guard): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('knock', null);
  app.addHook('onRequest', async (request) => {
    const knock = knockOf(request, takeQueryKey(request));
    request.knock = knock;
    guard.checkDoor(knock);
    if (request.is404) return;
    const { scope, public: isPublic } = request.routeOptions.config;
    if (isPublic !== undefined) {
      if (changesThings(request.method)) guard.checkOrigin(knock);
      return;
    }
    await passwords.checkIsSet();
    if (scope === undefined)
      throw new Error(`${request.method} ${request.url} says neither scope nor public.`);
    request.principal = await guard.admit(knock, scope);
  });
}
