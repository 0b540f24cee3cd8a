import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import multipart from '@fastify/multipart';
import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { Host } from './host.ts';
import { controlPrefix, controlRoutes } from './routes/control.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { aimedAt, faultHooks, plainPath } from './routes/fault-hooks.ts';
import { jobsRoutes } from './routes/jobs.ts';
import { isForeign } from './routes/origin-guard.ts';
import { promptRoutes } from './routes/prompt.ts';
import { queueRoutes } from './routes/queue.ts';
import { uploadRoutes } from './routes/upload.ts';
import { viewRoutes } from './routes/view.ts';

export interface Server {
  listen: (port: number) => Promise<number>;
  close: () => Promise<void>;
}

/** HTTP and sockets of one host. */
export function buildServer(host: Host, restart: () => void): Server {
  const { settings } = host;
  const app = fastify({
    bodyLimit: settings.maxUploadBytes,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 2000 },
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: settings.maxUploadBytes });
  commonBehaviour(app, host);
  for (const prefix of ['', '/api']) {
    app.register(
      (scope, _options, done) => {
        for (const routes of [promptRoutes, queueRoutes, viewRoutes, discoveryRoutes, uploadRoutes])
          routes(scope, host);
        if (prefix === '/api' && settings.profile === 'NEW') jobsRoutes(scope, host);
        done();
      },
      { prefix },
    );
  }
  app.register(
    (scope, _options, done) => {
      controlRoutes(scope, host, restart);
      done();
    },
    { prefix: controlPrefix },
  );
  app.server.on('upgrade', (request, socket, head) => void upgrade(host, sockets, request, socket, head));
  return {
    async listen(port) {
      await app.listen({ port, host: settings.host });
      return (app.server.address() as AddressInfo).port;
    },
    async close() {
      host.hub.cutAll();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function commonBehaviour(app: FastifyInstance, { settings, ...rest }: Host): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.register(multipart, { limits: { fileSize: settings.maxUploadBytes } });
  app.addHook('onRequest', async (request, reply) => {
    if (isForeign(request.headers, settings.profile)) await reply.code(403).send();
  });
  faultHooks(app, { settings, ...rest });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('404: Not Found'));
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode === 413 ? 413 : 500;
    const text = status === 413 ? 'Maximum request body size exceeded' : '500 Internal Server Error';
    return reply.code(status).type('text/plain').send(text);
  });
}

async function upgrade(
  host: Host,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const url = request.url ?? '';
  const path = plainPath(url);
  await host.faults.whileHung('http', host.signal);
  const fits = aimedAt(path, 'GET');
  if (host.faults.take('connection', fits) !== null || host.signal.aborted) return void socket.destroy();
  const fault = host.faults.take('http', fits);
  const foreign = isForeign(request.headers, host.settings.profile) ? 403 : null;
  const refused = fault?.status ?? foreign ?? (path === '/ws' ? null : 404);
  if (refused !== null) {
    socket.end(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    return;
  }
  const clientId = new URL(url, 'http://host').searchParams.get('clientId');
  sockets.handleUpgrade(request, socket, head, (ws) => {
    host.hub.accept(ws, clientId === null || clientId === '' ? null : clientId);
  });
}
