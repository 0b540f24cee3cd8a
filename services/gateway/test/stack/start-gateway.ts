import type { ObjectStore } from '@gaze/media';
import { connectNats } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { freePort, startNats, tempDir, testLog, testStore } from '@gaze/testing';
import type { TestNats } from '@gaze/testing';
import { join } from 'node:path';
import { buildGateway } from '../../src/app.ts';
import type { Gateway } from '../../src/app.ts';
import type { GatewayConfig } from '../../src/config.ts';
import { buildCannedCatalog, keys } from './canned-catalog.ts';
import type { CannedCatalog } from './canned-catalog.ts';

export interface TestGateway extends AsyncDisposable {
  url: string;
  port: number;
  gateway: Gateway;
  /** Another gateway on the port of the one that was stopped. */
  restart: () => Promise<void>;
  catalog: CannedCatalog;
  store: ObjectStore;
  uploads: string;
  webDir: string;
  nats: TestNats;
  /** The connection on which the canned catalog answers. */
  bus: NatsConnection;
  /** A request with the key that may do everything, unless `headers` says otherwise. */
  ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** A request without any key. */
  bare: (path: string, init?: RequestInit) => Promise<Response>;
}

export const localToken = 'one-time-token-of-this-start';
export const password = 'correct horse battery staple';

/** The real gateway over a real nats-server, with a catalog that answers from examples. */
export async function startGateway(
  options: { config?: Partial<GatewayConfig>; heartbeatMs?: number; log?: Log } = {},
): Promise<TestGateway> {
  const stack = new AsyncDisposableStack();
  const log = options.log ?? testLog('gateway');
  const nats = stack.use(await startNats());
  const dir = stack.use(await tempDir());
  const connect = async (name: string) => {
    const connection = await connectNats({ url: nats.url, name, log });
    stack.defer(() => connection.close());
    return connection;
  };
  const bus = await connect('catalog');
  const catalog = buildCannedCatalog();
  const servers = catalog.serve(bus.nc, log);
  await bus.nc.flush();
  stack.defer(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });
  const own = await connect('gateway');
  const port = await freePort();
  const uploads = join(dir.path, 'uploads');
  const webDir = join(dir.path, 'web');
  const store = await testStore(uploads);
  const build = async (): Promise<Gateway> => {
    const built = await buildGateway({
      config: {
        host: '127.0.0.1',
        port,
        local: true,
        localToken,
        webDir,
        origins: [],
        trustedProxies: [],
        requestsPerMinute: 1200,
        ...options.config,
      },
      nc: own.nc,
      store,
      log,
      busNotReady: () => own.notReady(),
      ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    });
    own.onReconnect(() => built.onReconnect());
    await built.start();
    stack.defer(() => built.stop());
    return built;
  };
  const gateway = await build();
  const url = `http://127.0.0.1:${port}`;
  const bare: TestGateway['bare'] = (path, init) => fetch(`${url}${path}`, { redirect: 'manual', ...init });
  return {
    url,
    port,
    gateway,
    restart: async () => {
      await build();
    },
    catalog,
    store,
    uploads,
    webDir,
    nats,
    bus: bus.nc,
    bare,
    ask: (path, init = {}) =>
      bare(path, { ...init, headers: { 'x-api-key': keys.admin, ...headersOf(init) } }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const headersOf = (init: RequestInit): Record<string, string> =>
  (init.headers ?? {}) as Record<string, string>;

export const json = (
  body: unknown,
  method = 'POST',
): Omit<RequestInit, 'headers'> & { headers: Record<string, string> } => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
