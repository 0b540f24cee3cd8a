import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { freePort } from '../launcher/ports.ts';
import { chooseAccount, readPasswd } from '../launcher/postgres/account.ts';
import { postgresPrograms } from '../launcher/postgres/binaries.ts';
import { clusterUrl, initCluster, startCluster } from '../launcher/postgres/cluster.ts';
import { endProcess, isAlive, markProcess, worksOn } from '../launcher/processes.ts';

const folderPrefix = 'gaze-test-run-';
const endLimitMs = 15_000;

export interface TestServer {
  url: string;
  /** Temporary folder for everything that the run makes; it goes with the server. */
  folder: string;
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
    folder: dir,
    async stop() {
      await server.end('SIGQUIT', 10_000);
      await clear(dir);
    },
  };
}

/** A run that was killed leaves its servers behind; the next one ends them. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    if (!isAlive(Number(name.slice(folderPrefix.length)))) await clear(join(tmpdir(), name));
  }
}

/** Deletes a run's folder, and first ends what tests that were cut off left running in it. */
async function clear(dir: string): Promise<void> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  // Launchers first: whatever else is ended under a living one, it starts again.
  for (const kind of ['lock', '.pid.json', 'postmaster.pid', 'nats.pid']) {
    const named = files.filter(
      (path) => basename(path) === kind || (kind.startsWith('.') && path.endsWith(kind)),
    );
    for (const file of named) await endOwner(join(dir, file), dir);
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function endOwner(file: string, dir: string): Promise<void> {
  const pid = readPid(file);
  if (pid === null || pid === process.pid || !worksOn(pid, dir)) return;
  await endProcess(markProcess(pid), file.endsWith('postmaster.pid') ? 'SIGQUIT' : 'SIGTERM', endLimitMs);
}

/** The number that a lock, a pid file or a server's own file begins with or names; null where it is gone or torn. */
function readPid(file: string): number | null {
  try {
    const text = readFileSync(file, 'utf8');
    const pid = text.startsWith('{')
      ? (JSON.parse(text) as { pid: number }).pid
      : Number(text.split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}
