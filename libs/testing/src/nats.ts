import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '../../../scripts/launcher/nats/server.ts';
import { freePort } from '../../../scripts/launcher/ports.ts';
import { testEnvironment } from './environment.ts';

export interface TestNats extends AsyncDisposable {
  /** Address without credentials; the same across restarts. */
  url: string;
  port: number;
  /** SIGKILL, as a crash would. */
  kill: () => Promise<void>;
  /** An ordered stop. */
  stop: () => Promise<void>;
  /** Starts it again on the same port with what its store holds. */
  start: () => Promise<void>;
  /** Stops it, deletes its whole store, and starts it again. */
  wipe: () => Promise<void>;
}

/** A real nats-server with JetStream on a random port, its store in a folder of its own. */
export async function startNats(options: { dir?: string; port?: number } = {}): Promise<TestNats> {
  const program = testEnvironment('GAZE_NATS_BIN');
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'gaze-test-nats-')));
  const port = options.port ?? (await freePort());
  const store = storeIn(dir);
  const configFile = join(dir, 'nats.conf');
  await mkdir(store, { recursive: true });
  await writeFile(configFile, natsTestConfig(port, dir));
  const launch = () => startNatsServer({ program, configFile, port, logFile: join(dir, 'nats.log') });
  let server = await launch();
  const stop = async (): Promise<void> => {
    await server.end('SIGTERM', 5000);
  };
  const start = async (): Promise<void> => {
    if (server.hasExited()) server = await launch();
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    async kill() {
      server.signal('SIGKILL');
      await server.exited;
    },
    stop,
    start,
    async wipe() {
      await stop();
      await rm(store, { recursive: true, force: true });
      await mkdir(store, { recursive: true });
      await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

const storeIn = (dir: string): string => join(dir, 'store');

function natsTestConfig(port: number, dir: string): string {
  return [
    'host: "127.0.0.1"',
    `port: ${port}`,
    `jetstream { store_dir: ${JSON.stringify(storeIn(dir))} }`,
    '',
  ].join('\n');
}
