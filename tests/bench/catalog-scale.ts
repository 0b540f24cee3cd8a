import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Row } from './row.ts';

const folder = join(import.meta.dirname, '../../services/catalog/test/bench');

/** P6: the start scan at two sizes of a library. */
export async function startScan({ quick }: { quick: boolean }): Promise<Row[]> {
  const small = await rowsOf('scan.ts', ['--files', '10000']);
  return quick ? small : [...small, ...(await rowsOf('scan.ts', ['--files', '100000']))];
}

/** P7: library pages over 100,000 entries. */
export const libraryPages = ({ quick }: { quick: boolean }): Promise<Row[]> =>
  rowsOf('scale.ts', ['--only', 'P7', '--images', '1000', '--entities', quick ? '10000' : '100000']);

/** P8: search over a million pictures. */
export const searchAtScale = ({ quick }: { quick: boolean }): Promise<Row[]> =>
  rowsOf('scale.ts', ['--only', 'P8', '--images', quick ? '50000' : '1000000']);

/** Runs a measurement of the catalog in a process of its own; its rows come line by line, the rest is for the person. */
async function rowsOf(script: string, args: readonly string[]): Promise<Row[]> {
  const child = spawn(process.execPath, [join(folder, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const rows: Row[] = [];
  for await (const line of createInterface({ input: child.stdout })) rows.push(JSON.parse(line) as Row);
  await ended;
  // It ends with 1 where a row is over twice its goal, which the bench itself says.
  if (rows.length === 0)
    throw new Error(
      `the measurement ${script} gave no row (it ended with ${child.exitCode ?? child.signalCode ?? ''})`,
    );
  return rows;
}
