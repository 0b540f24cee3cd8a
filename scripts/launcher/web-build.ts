import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { runProgram } from './run-program.ts';
import { SpokenError } from './spoken-error.ts';

const sources = [
  'apps/web/src',
  'apps/web/static',
  'apps/web/build-plugins',
  'apps/web/vite.config.ts',
  'apps/web/package.json',
  'apps/web/tsconfig.json',
  'libs/client/src',
  'libs/contracts/src',
  'libs/domain/src',
  'package-lock.json',
];

const webBuild = 'apps/web/build';
const stamp = '.sources';
const shownLines = 25;
const buildLimitMs = 10 * 60_000;

/** Builds the web app where its sources are not those of the build that is there. Says whether it built. */
export async function buildWebWhenStale(root: string, say: (line: string) => void): Promise<boolean> {
  if (isFresh(root)) return false;
  const lock = await waitForLock(join(root, 'apps/web/.build-lock'));
  try {
    // Another start may have built it meanwhile.
    if (isFresh(root)) return false;
    say('building the web app, once');
    await build(root);
    return true;
  } finally {
    lock.release();
  }
}

const stampFile = (root: string): string => join(root, webBuild, stamp);

function isFresh(root: string): boolean {
  return existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === hashSources(root);
}

async function build(root: string): Promise<void> {
  const hash = hashSources(root);
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = await runProgram(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps/web'),
    timeoutMs: buildLimitMs,
    env: { ...process.env, NODE_ENV: 'production', FORCE_COLOR: '0' },
  });
  if (!built.ok) throw new SpokenError(`The web app could not be built:\n${readable(built.text)}`);
  writeFileSync(stampFile(root), hash);
}

/** What the builder says without colours and stack traces. */
function readable(text: string): string {
  const lines = stripVTControlCharacters(text).split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, shownLines)
    .join('\n');
}

/** Two starts of one checkout would build into one folder. */
async function waitForLock(path: string): Promise<Lock> {
  for (;;) {
    const taken = takeLock(path, '');
    if (!('holder' in taken)) return taken;
    await wait(200);
  }
}

/** One hash over the names and contents of everything that the build reads. */
function hashSources(root: string): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}
