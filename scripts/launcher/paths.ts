import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Where everything lies that GAZE makes for itself; GAZE_STATE_DIR moves it. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  return underRoot(env.GAZE_STATE_DIR, '.gaze');
}

/** A folder that a person named, seen from the project's folder like the default. */
export function underRoot(given: string | undefined, otherwise: string): string {
  const path = given === undefined || given === '' ? otherwise : given;
  return isAbsolute(path) ? path : join(root, path);
}

/** Folders for fetched programs, best first: one for every checkout of this user, else the state folder. */
export function cacheFolders(env: NodeJS.ProcessEnv): string[] {
  const own = join(stateFolder(env), 'cache');
  const shared =
    env.XDG_CACHE_HOME ?? (process.platform === 'win32' ? env.LOCALAPPDATA : userHome(env, '.cache'));
  return shared === undefined || !isAbsolute(shared) ? [own] : [join(shared, 'gaze'), own];
}

function userHome(env: NodeJS.ProcessEnv, folder: string): string | undefined {
  // A user without an entry in the machine's list has no home, and asking for it throws.
  if (env.HOME !== undefined && env.HOME !== '') return join(env.HOME, folder);
  try {
    return join(homedir(), folder);
  } catch {
    return undefined;
  }
}
