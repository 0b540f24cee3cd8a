import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chooseAccount, readPasswd } from '../../../scripts/launcher/postgres/account.ts';
import { postgresPrograms } from '../../../scripts/launcher/postgres/binaries.ts';
import { clusterUrl, initCluster, startCluster } from '../../../scripts/launcher/postgres/cluster.ts';
import { freePort } from '../../../scripts/launcher/ports.ts';

export interface TestPostgres extends AsyncDisposable {
  /** Address of an empty database; the same across restarts. */
  url: string;
  port: number;
  /** SIGKILL to the postmaster, as a crash would: its other processes end by themselves. */
  kill: () => Promise<void>;
  /** An ordered stop that cuts every connection. */
  stop: () => Promise<void>;
  /** Starts it again on the same port with the same data. */
  start: () => Promise<void>;
}

const root = resolve(import.meta.dirname, '../../..');
const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * A PostgreSQL of the test's own, for tests that stop or kill it. Others share the server of the run through
 * `testDatabase`. `durable` keeps fsync on, as in production.
 */
export async function startPostgres(
  options: { durable?: boolean; settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> {
  const account = chooseAccount(process.getuid?.(), readPasswd());
  const dir = await mkdtemp(join(tmpdir(), 'gaze-test-postgres-'));
  await chmod(dir, 0o711);
  if (account !== undefined) await chown(dir, account.uid, account.gid);
  const place = { programs: postgresPrograms({ root, account }), dataDir: join(dir, 'data'), account };
  const password = 'test';
  const port = await freePort();
  await initCluster(place, { password, database: 'gaze', sync: false });
  const settings = { ...(options.durable === true ? {} : fast), ...options.settings };
  const launch = () => startCluster(place, { port, logFile: join(dir, 'postgres.log'), settings });
  let server = await launch();
  return {
    url: clusterUrl(port, password, 'gaze'),
    port,
    async kill() {
      server.signal('SIGKILL');
      await server.exited;
    },
    async stop() {
      await server.end('SIGINT', 10_000);
    },
    async start() {
      if (server.hasExited()) server = await launch();
    },
    async [Symbol.asyncDispose]() {
      await server.end('SIGQUIT', 10_000);
      await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
