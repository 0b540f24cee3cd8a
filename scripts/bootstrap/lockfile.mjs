import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lies in node_modules, so that an installation takes it away: the hash of the lockfile that was installed. */
const stamp = ['node_modules', '.gaze-installed'];

/**
 * Why packages have to be installed, in a few words; null where what is installed is what the lockfile says.
 * npm writes down what it installed, so two files tell; nothing is looked for in the thousands of folders.
 */
export function missingPackages(root) {
  const lockfile = readText(join(root, 'package-lock.json'));
  const installed = readText(join(root, 'node_modules', '.package-lock.json'));
  if (lockfile === null) return null;
  if (installed === null) return 'none are there yet';
  // What we installed ourselves stands, even where some npm writes its list in another way.
  if (readText(join(root, ...stamp)) === hash(lockfile)) return null;
  return compareLocks(JSON.parse(lockfile).packages ?? {}, JSON.parse(installed).packages ?? {});
}

/** Remembers which lockfile was just installed. */
export function markInstalled(root) {
  const lockfile = readText(join(root, 'package-lock.json'));
  if (lockfile !== null) writeFileSync(join(root, ...stamp), hash(lockfile));
}

/** First difference that matters between two `packages` tables; null where there is none. */
export function compareLocks(wanted, installed) {
  for (const [path, entry] of Object.entries(wanted)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (!path.includes('node_modules/') || entry.extraneous === true) continue;
    const found = installed[path];
    // Packages for other platforms are optional and never installed here.
    if (
      found === undefined &&
      !(entry.optional === true || entry.devOptional === true || entry.peer === true)
    )
      return `${name} is missing`;
    if (found !== undefined && entry.version !== found.version) return `${name} has changed`;
  }
  return null;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}
