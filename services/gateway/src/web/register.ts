import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Guard } from '../auth/guard.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import { apiNotFound } from '../http/not-found.ts';
import type { KnownRoutes } from '../http/not-found.ts';
import { withoutDocumentHeaders } from '../http/security-headers.ts';
import { enterByLink } from './entry.ts';
import { noPasswordPage, notBuiltPage } from './pages.ts';
import { registerSetup } from './setup.ts';
import { buildShell, shellFile } from './shell.ts';

const isPublic = 'the app itself holds no data; every answer that it asks for needs a session';

interface Deps {
  call: CatalogCall;
  config: GatewayConfig;
  guard: Guard;
  passwords: Passwords;
  known: KnownRoutes;
}

/** The built web app: its files, and its page for every address that is not of the API. */
export async function registerWeb(app: FastifyInstance, deps: Deps): Promise<void> {
  const { config, passwords } = deps;
  const shell = buildShell(config.webDir);
  await app.register(fastifyStatic, {
    root: config.webDir,
    serve: false,
    cacheControl: false,
    dotfiles: 'ignore',
    // The build lies beside its files in brotli and gzip.
    preCompressed: true,
    suppressWarning: true,
  });

  const html = (reply: FastifyReply, status: number, text: string): FastifyReply =>
    reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);

  /** While nobody can tell, the app is shown: it says itself what does not answer. */
  const isUnset = (): Promise<boolean> => passwords.isUnset().catch(() => false);

  async function sendShell(reply: FastifyReply): Promise<FastifyReply> {
    if (await isUnset()) return html(reply, 503, noPasswordPage);
    const policy = await shell.policy();
    if (policy === null) return html(reply, 503, notBuiltPage);
    return reply
      .code(200)
      .header('cache-control', 'no-cache')
      .header('content-security-policy', policy)
      .sendFile(shellFile);
  }

  if (!config.local) await registerSetup(app, deps);

  app.get(
    '/',
    { config: { public: isPublic, rateLimit: false }, schema: { hide: true } },
    (request, reply) => {
      const { token } = request.query as { token?: unknown };
      if (config.local && typeof token === 'string') return enterByLink(deps, request, reply, token);
      return sendShell(reply);
    },
  );

  app.get(
    '/*',
    { config: { public: isPublic, rateLimit: false }, schema: { hide: true } },
    async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      if (path === 'api' || path.startsWith('api/')) return apiNotFound(deps.known, request, reply);
      if (await isUnset()) return html(reply, 503, noPasswordPage);
      if (!isFile(path)) return sendShell(reply);
      if (path.startsWith('_app/immutable/')) {
        void reply.header('cache-control', 'public, max-age=31536000, immutable');
        if (/\.(?:js|css)$/.test(path)) withoutDocumentHeaders(reply);
      } else void reply.header('cache-control', 'no-cache');
      return reply.sendFile(path);
    },
  );

  app.setNotFoundHandler((request: FastifyRequest, reply) => {
    if (request.url.startsWith('/api')) return apiNotFound(deps.known, request, reply);
    return reply
      .code(404)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send('There is no such page.\n');
  });
}

/** Pages of the app have no dot in their last part; files have. */
const isFile = (path: string): boolean => (path.split('/').at(-1) ?? '').includes('.');
