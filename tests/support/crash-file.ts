import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Points on a job's way at which a generator can be told to die, in their order. */
export const crashPoints = [
  'before-post',
  'after-post',
  'after-download',
  'after-store',
  'after-complete',
  'before-ack',
] as const;
export type CrashPoint = (typeof crashPoints)[number];
/** Steps of a catalog that writes a result of a language model: the file is there under its name, its row too. */
export type WritePoint = 'renamed' | 'committed';

export interface CrashFile {
  path: string;
  /** The next process that comes to this point gets the signal there, once. */
  arm: (at: CrashPoint | WritePoint, signal: 'SIGKILL' | 'SIGSTOP') => void;
  disarm: () => void;
  /** Processes that took an order, one for each, the latest last. */
  taken: () => number[];
}

/** The file by which tests tell processes where to die; its path goes into GAZE_CRASH_FILE. */
export function crashFile(dir: string): CrashFile {
  const path = join(dir, 'crash');
  return {
    path,
    arm: (at, signal) => writeFileSync(path, JSON.stringify({ at, signal })),
    disarm: () => rmSync(path, { force: true }),
    taken: () =>
      readdirSync(dir)
        .map((name) => /\.taken-by-(\d+)-(\d+)$/.exec(name))
        .filter((found) => found !== null)
        .sort((a, b) => Number(a[2]) - Number(b[2]))
        .map((found) => Number(found[1])),
  };
}
