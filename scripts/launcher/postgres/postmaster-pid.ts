import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running PostgreSQL writes into its data folder. */
export interface PostmasterPid {
  pid: number;
  dataDir: string;
  port: number;
  ready: boolean;
}

/** Reads the text of `postmaster.pid`; null where it is not (or not yet) whole. */
export function parsePostmasterPid(text: string): PostmasterPid | null {
  const [pid, dataDir, , port, , , , status] = text.split('\n');
  if (pid === undefined || dataDir === undefined || port === undefined) return null;
  // A negative id is a single-user server's.
  const numbers = { pid: Math.abs(Number(pid)), port: Number(port) };
  if (!Number.isInteger(numbers.pid) || numbers.pid === 0 || !Number.isInteger(numbers.port)) return null;
  return { ...numbers, dataDir, ready: status?.trim() === 'ready' };
}

export function readPostmasterPid(dataDir: string): PostmasterPid | null {
  try {
    return parsePostmasterPid(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'));
  } catch {
    return null;
  }
}
