import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.ts';
import { metrics } from './metrics.ts';

/** Answers null when ready, else why not, as a sentence. */
export type ReadyCheck = () => string | null | Promise<string | null>;

export interface Health {
  start: () => Promise<number | null>;
  stop: () => Promise<void>;
}

/** A small server beside the service: `/healthz` says that the process lives, `/readyz` that it can work, `/metrics` how it does. */
export function buildHealth(options: {
  port: number | undefined;
  host?: string;
  checks: Record<string, ReadyCheck>;
  log: Log;
}): Health {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (path === '/healthz') return json(200, { status: 'alive' });
    if (path === '/readyz') {
      void readiness(options.checks).then((waiting) =>
        json(waiting.length === 0 ? 200 : 503, {
          status: waiting.length === 0 ? 'ready' : 'not ready',
          waiting,
        }),
      );
      return;
    }
    if (path === '/metrics') {
      void metrics
        .metrics()
        .then((text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text));
      return;
    }
    return json(404, { status: 'not found' });
  });
  return {
    start() {
      if (options.port === undefined) return Promise.resolve(null);
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host ?? '127.0.0.1', () => {
          server.unref();
          const { port } = server.address() as AddressInfo;
          options.log.info({ port }, 'health and metrics are served');
          resolve(port);
        });
      });
    },
    stop() {
      return new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    },
  };
}

async function readiness(checks: Record<string, ReadyCheck>): Promise<{ part: string; reason: string }[]> {
  const waiting: { part: string; reason: string }[] = [];
  for (const [part, check] of Object.entries(checks)) {
    const reason = await Promise.resolve()
      .then(check)
      .catch((error: unknown) => (error instanceof Error ? error.message : 'it cannot be asked'));
    if (reason !== null) waiting.push({ part, reason });
  }
  return waiting;
}
