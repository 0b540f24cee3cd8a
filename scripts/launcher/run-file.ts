import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './secrets.ts';

/** What a running GAZE tells this machine's own tools about itself; only its user reads the file. */
export interface RunFile {
  pid: number;
  url: string;
  port: number;
  startedAt: string;
  /** Of a local start: what further one-time links are signed with. */
  linkSecret?: string;
  database: string;
  nats: { url: string; user?: string | undefined; password?: string | undefined };
  processes: Record<string, number>;
}

const fileName = 'run.json';

export function writeRunFile(stateDir: string, run: RunFile): void {
  writePrivate(join(stateDir, fileName), `${JSON.stringify(run, null, 2)}\n`);
}

export function readRunFile(stateDir: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(join(stateDir, fileName), 'utf8')) as RunFile;
  } catch {
    return null;
  }
}

export function removeRunFile(stateDir: string): void {
  rmSync(join(stateDir, fileName), { force: true });
}
