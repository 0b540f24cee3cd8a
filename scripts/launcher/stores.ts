import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Account } from './child.ts';
import { lastLines, rotate } from './log-files.ts';
import { natsConfig } from './nats/config.ts';
import type { NatsProgram } from './nats/find-server.ts';
import { startNatsServer } from './nats/server.ts';
import { chooseAccount, readPasswd } from './postgres/account.ts';
import { canReach, postgresPrograms, sharedFolders } from './postgres/binaries.ts';
import { clusterUrl, initCluster, startCluster } from './postgres/cluster.ts';
import type { ClusterPlace } from './postgres/cluster.ts';
import { readPostmasterPid } from './postgres/postmaster-pid.ts';
import { endProcess, markProcess, worksOn } from './processes.ts';
import type { Secrets } from './secrets.ts';
import { writePrivate } from './secrets.ts';
import { SpokenError } from './spoken-error.ts';
import type { Part } from './supervise.ts';

const database = 'gaze';
/** For one person's machine: no compiling of queries that take a millisecond, and little in the log. */
const settings = { jit: 'off', log_min_messages: 'warning', log_checkpoints: 'off', max_connections: '60' };

export interface PostgresPart {
  part: Part;
  url: string;
  port: number;
  dataDir: string;
  /** True at the very first start. */
  isNew: boolean;
}

/** The built-in PostgreSQL; its data folder is made where it is missing. */
export async function buildPostgresPart(options: {
  root: string;
  stateDir: string;
  logs: string;
  port: number;
  secrets: Secrets;
}): Promise<PostgresPart> {
  const account = chooseAccount(process.getuid?.(), readPasswd());
  const place: ClusterPlace = {
    programs: postgresPrograms({ root: options.root, account }),
    dataDir: clusterFolder(options.stateDir, account),
    account,
  };
  await endStray(place.dataDir);
  const isNew = !existsSync(join(place.dataDir, 'PG_VERSION'));
  await initCluster(place, { password: options.secrets.postgres, database });
  const logFile = join(options.logs, 'postgres.log');
  rotate(logFile);
  return {
    url: clusterUrl(options.port, options.secrets.postgres, database),
    port: options.port,
    dataDir: place.dataDir,
    isNew,
    part: {
      name: 'postgres',
      launch: () => startCluster(place, { port: options.port, logFile, settings }),
      stopSignal: 'SIGINT',
      stopWithinMs: 10_000,
      lastWord: () => lastLines(logFile, 1),
    },
  };
}

/**
 * Where the data folder lies: in the state folder, unless the user that PostgreSQL runs as cannot get there, as below
 * /root. A folder that was chosen once stays.
 */
function clusterFolder(stateDir: string, account: Account | undefined): string {
  const usual = join(stateDir, 'postgres');
  if (account === undefined || canReach(stateDir, account)) return usual;
  const name = `postgres-data-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}`;
  const failures: string[] = [];
  // The temporary folder may be emptied at a restart of the machine: no place for a database.
  for (const place of sharedFolders().slice(0, 1)) {
    try {
      mkdirSync(place, { recursive: true, mode: 0o755 });
      chmodSync(place, 0o755);
      const folder = join(place, name);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chownSync(folder, account.uid, account.gid);
      return join(folder, 'data');
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new SpokenError(
    `PostgreSQL does not run as root, and its user cannot reach the state folder ${stateDir} (${failures.join('; ')}). Name another folder with GAZE_STATE_DIR, or start GAZE as an ordinary user.`,
  );
}

/** A PostgreSQL of a killed start that no pid file tells of any more still works on the same data folder. */
async function endStray(dataDir: string): Promise<void> {
  const left = readPostmasterPid(dataDir);
  if (left === null) return;
  const mark = markProcess(left.pid);
  if (worksOn(left.pid, dataDir)) await endProcess(mark, 'SIGINT', 10_000);
}

export interface NatsPart {
  part: Part;
  url: string;
  port: number;
}

export function buildNatsPart(options: {
  program: NatsProgram;
  stateDir: string;
  logs: string;
  port: number;
  secrets: Secrets;
}): NatsPart {
  const storeDir = join(options.stateDir, 'nats');
  const configFile = join(options.stateDir, 'nats.conf');
  mkdirSync(storeDir, { recursive: true, mode: 0o700 });
  writePrivate(
    configFile,
    natsConfig({
      port: options.port,
      storeDir,
      version: options.program.version,
      passwords: options.secrets.nats,
    }),
  );
  const logFile = join(options.logs, 'nats.log');
  rotate(logFile);
  writeFileSync(logFile, '', { flag: 'a', mode: 0o600 });
  return {
    url: `nats://127.0.0.1:${options.port}`,
    port: options.port,
    part: {
      name: 'nats',
      launch: () =>
        startNatsServer({ program: options.program.path, configFile, port: options.port, logFile }),
      stopSignal: 'SIGTERM',
      stopWithinMs: 5000,
      lastWord: () => lastLines(logFile, 1),
    },
  };
}
