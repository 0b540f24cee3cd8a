import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const tailBytes = 64 * 1024;
const rotateBytes = 20 * 1024 * 1024;

/** The last lines of a log for an error's text, however long the log is. */
export function lastLines(file: string, count: number): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      readSync(handle, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trim().split('\n').slice(-count).join('\n');
    } finally {
      closeSync(handle);
    }
  } catch {
    return '(it wrote none)';
  }
}

/** Puts a log that has grown large aside as `<file>.1`, in place of the one that lay there. */
export function rotate(file: string): void {
  if (existsSync(file) && statSync(file).size > rotateBytes) renameSync(file, `${file}.1`);
}
