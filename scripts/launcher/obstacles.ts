import { takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { portObstacle } from './ports.ts';
import type { LaunchSettings } from './settings.ts';
import { SpokenError } from './spoken-error.ts';

/** Takes the lock of the state or the data folder. @throws SpokenError that says who has it */
export function lockFolder(path: string, url: string, kind: 'state' | 'data'): Lock {
  const taken = takeLock(path, url);
  if (!('holder' in taken)) return taken;
  const { holder } = taken;
  if (kind === 'state') {
    throw new SpokenError(
      `GAZE runs already at ${holder.url} (process ${holder.pid}). Use that one, or stop it first.`,
    );
  }
  throw new SpokenError(
    `The data folder is in use by the GAZE at ${holder.url} (process ${holder.pid} on ${holder.machine}). Stop that one, or name another folder with DATA_DIR. If that machine is gone for good, delete ${path}.`,
  );
}

/** @throws SpokenError where the port of the app cannot be opened */
export async function checkPort(settings: LaunchSettings): Promise<void> {
  const obstacle = await portObstacle(settings.port, settings.host);
  if (obstacle === null) return;
  const where = `Port ${settings.port} of ${settings.host}`;
  const other = `Choose another one: PORT=${settings.port + 1} npm start`;
  if (obstacle === 'EADDRINUSE') throw new SpokenError(`${where} is taken by another program. ${other}`);
  if (obstacle === 'EACCES') throw new SpokenError(`${where} may be opened by root alone. ${other}`);
  throw new SpokenError(`${where} cannot be opened (${obstacle}). Check HOST and PORT.`);
}
