import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../launcher/ports.ts';
import { chooseAccount, readPasswd } from '../launcher/postgres/account.ts';
import { postgresPrograms } from '../launcher/postgres/binaries.ts';
import { clusterUrl, initCluster, startCluster } from '../launcher/postgres/cluster.ts';
import { readPostmasterPid } from '../launcher/postgres/postmaster-pid.ts';
import { endProcess, isAlive, markProcess } from '../launcher/processes.ts';

const folderPrefix = 'gaze-test-run-';

export interface TestServer {
  url: string;
  stop: () => Promise<void>;
}

/** One PostgreSQL for the run, in a temporary folder, without fsync: what it holds is gone afterwards. */
export async function startTestServer(root: string): Promise<TestServer> {
  await removeLeftovers();
  const account = chooseAccount(process.getuid?.(), readPasswd());
  const dir = join(tmpdir(), `${folderPrefix}${process.pid}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { mode: 0o711 });
  chmodSync(dir, 0o711);
  if (account !== undefined) chownSync(dir, account.uid, account.gid);
  const place = { programs: postgresPrograms({ root, account }), dataDir: join(dir, 'data'), account };
  const password = 'test';
  await initCluster(place, { password, database: 'gaze', sync: false });
  const port = await freePort();
  const server = await startCluster(place, {
    port,
    logFile: join(dir, 'postgres.log'),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  return {
    url: clusterUrl(port, password, 'gaze'),
    async stop() {
      await server.end('SIGQUIT', 10_000);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A run that was killed leaves its server behind; the next one ends it. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    if (isAlive(Number(name.slice(folderPrefix.length)))) continue;
    const dir = join(tmpdir(), name);
    const left = readPostmasterPid(join(dir, 'data'));
    if (left !== null && existsSync(join(dir, 'data', 'postmaster.pid'))) await endProcess(markProcess(left.pid), 'SIGQUIT', 5000);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
