import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

export const webBuild = 'apps/web/build';
const stamp = '.sources';
const buildLimitMs = 10 * 60_000;

/** Builds the web app where its sources are not those of the build that is there. Says whether it built. */
export async function buildWebWhenStale(root: string, say: (line: string) => void): Promise<boolean> {
  const hash = hashSources(root);
  const stampFile = join(root, webBuild, stamp);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return false;
  say('building the web app, once');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = await runProgram(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps/web'),
    timeoutMs: buildLimitMs,
    env: { ...process.env, NODE_ENV: 'production', FORCE_COLOR: '0' },
  });
  if (!built.ok) throw new SpokenError(`The web app could not be built:\n${built.text.trim().split('\n').slice(-30).join('\n')}`);
  writeFileSync(stampFile, hash);
  return true;
}

/** One hash over the names and contents of everything that the build reads. */
export function hashSources(root: string): string {
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
