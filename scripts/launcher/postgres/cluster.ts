import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startChild } from '../child.ts';
import type { Account, Child } from '../child.ts';
import { lastLines } from '../log-files.ts';
import { runProgram } from '../run-program.ts';
import type { Ran } from '../run-program.ts';
import { SpokenError } from '../spoken-error.ts';
import { isKnownUser, readPasswd } from './account.ts';
import { readPostmasterPid } from './postmaster-pid.ts';

export interface ClusterPlace {
  /** Folder `bin` of PostgreSQL. */
  programs: string;
  dataDir: string;
  account: Account | undefined;
}

const databaseUser = 'gaze';
const startLimitMs = 60_000;

/** Makes the data folder, its owner (user `gaze`) and an empty database `gaze`, where they are missing. */
export async function initCluster(
  place: ClusterPlace,
  options: { password: string; database: string; sync?: boolean },
): Promise<void> {
  if (existsSync(join(place.dataDir, 'PG_VERSION'))) return;
  // A folder without its version file is what an interrupted start left behind: nothing was stored in it yet.
  rmSync(place.dataDir, { recursive: true, force: true });
  mkdirSync(place.dataDir, { recursive: true, mode: 0o700 });
  own(place.dataDir, place.account);
  const scratch = mkdtempSync(join(tmpdir(), 'gaze-initdb-'));
  const passwordFile = join(scratch, 'password');
  try {
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
    own(passwordFile, place.account);
    own(scratch, place.account);
    const settings = [
      ...[
        '-D',
        place.dataDir,
        `--username=${databaseUser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
      ],
      // Unicode letters by PostgreSQL's own tables, so that order and case do not depend on the machine.
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(options.sync === false ? ['--no-sync'] : []),
    ];
    // The full-text and trigram rules ask the C library what a letter is; a machine without that locale takes ASCII.
    let made = await runOnce(place, 'initdb', [...settings, '--lc-ctype=C.UTF-8']);
    if (!made.ok && /locale/i.test(made.text)) made = await runOnce(place, 'initdb', settings);
    if (!made.ok) throw unmade(place, made.text);
    const created = await runOnce(
      place,
      'postgres',
      ['--single', '-D', place.dataDir, 'postgres'],
      `CREATE DATABASE ${options.database};\n`,
    );
    if (!created.ok) throw unmade(place, created.text);
  } catch (error) {
    rmSync(place.dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Starts PostgreSQL on a port of the loopback interface and waits until it takes connections. After a crash it
 * recovers by itself first.
 * @throws SpokenError with the end of its log where it does not start
 */
export async function startCluster(
  place: ClusterPlace,
  options: { port: number; logFile: string; settings?: Readonly<Record<string, string>> },
): Promise<Child> {
  const settings = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...options.settings,
  };
  const child = await startChild({
    ...asUser(place, 'postgres', [
      '-D',
      place.dataDir,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]),
    logFile: options.logFile,
  });
  const until = performance.now() + startLimitMs;
  for (;;) {
    const state = readPostmasterPid(place.dataDir);
    if (state?.pid === child.pid && state.ready) return child;
    if (child.hasExited() || performance.now() > until) break;
    await wait(20);
  }
  const seconds = startLimitMs / 1000;
  const why = child.hasExited() ? 'ended right after its start' : `was not ready after ${seconds} seconds`;
  if (!child.hasExited()) await child.end('SIGINT', 5000);
  throw new SpokenError(
    `PostgreSQL ${why}. The end of its log (${options.logFile}):\n${lastLines(options.logFile, 6)}`,
  );
}

/** Address of a database of the cluster. */
export function clusterUrl(port: number, password: string, database: string): string {
  return `postgres://${databaseUser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function own(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

function runOnce(place: ClusterPlace, program: string, args: string[], input?: string): Promise<Ran> {
  const { command, args: all, env, account } = asUser(place, program, args);
  const cwd = dirname(place.dataDir);
  return runProgram(command, all, {
    env,
    account,
    cwd,
    timeoutMs: startLimitMs,
    ...(input === undefined ? {} : { input }),
  });
}

/**
 * initdb and the single-user server look their user up in the machine's list and end where it is not there, as for
 * the random user of a container. Such a user runs them in a user namespace, as somebody who is in the list.
 */
function asUser(
  place: ClusterPlace,
  program: string,
  args: string[],
): { command: string; args: string[]; env: NodeJS.ProcessEnv; account: Account | undefined } {
  const env = { PATH: process.env.PATH ?? '', LANG: 'C', TZ: 'UTC', ...windowsEnv() };
  const path = join(place.programs, process.platform === 'win32' ? `${program}.exe` : program);
  const uid = place.account?.uid ?? process.getuid?.();
  const passwd = process.platform === 'linux' ? readPasswd() : '';
  if (
    process.platform !== 'linux' ||
    uid === undefined ||
    (program === 'postgres' && !args.includes('--single')) ||
    isKnownUser(uid, passwd)
  ) {
    return { command: path, args, env, account: place.account };
  }
  return {
    command: 'unshare',
    args: ['--user', '--map-user=65534', '--', path, ...args],
    env,
    account: place.account,
  };
}

function windowsEnv(): NodeJS.ProcessEnv {
  if (process.platform !== 'win32') return {};
  return {
    SystemRoot: process.env.SystemRoot ?? '',
    TEMP: process.env.TEMP ?? '',
    TMP: process.env.TMP ?? '',
  };
}

function unmade(place: ClusterPlace, text: string): SpokenError {
  const end = text.trim().split('\n').slice(-4).join('\n');
  return new SpokenError(
    `PostgreSQL could not make its data folder ${place.dataDir}:\n${end}\nPut that right, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}
