import { accessSync, chmodSync, constants, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SpokenError } from './spoken-error.ts';

/**
 * Makes a folder that GAZE writes into and proves that it can.
 * @throws SpokenError with the variable that moves the folder elsewhere
 */
export function ensureWritable(path: string, what: string, variable: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    // A read-only file system passes the check of rights for root.
    const probe = join(path, `.write-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new SpokenError(
      `GAZE cannot write into ${what} ${path} (${reason}). Give it the right to, or name another folder with ${variable}.`,
    );
  }
}

/** The state folder and its parts. Root's PostgreSQL runs as somebody else, who has to pass through. */
export function prepareState(stateDir: string): { logs: string; run: string } {
  ensureWritable(stateDir, 'the state folder', 'GAZE_STATE_DIR');
  chmodSync(stateDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const logs = join(stateDir, 'logs');
  const run = join(stateDir, 'run');
  for (const path of [logs, run]) mkdirSync(path, { recursive: true, mode: 0o700 });
  return { logs, run };
}
