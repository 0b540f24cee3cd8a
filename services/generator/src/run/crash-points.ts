import { readFileSync, renameSync } from 'node:fs';
import { z } from 'zod';

/** Where a worker may die so that it matters: between any two of these somebody else has to pick up differently. */
const crashPoints = [
  'before-post',
  'after-post',
  'after-download',
  'after-store',
  'after-complete',
  'before-ack',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Called at each point of a job's way. Does nothing, but in tests of faults. */
export type CrashPoints = (point: CrashPoint) => void;

const Order = z.object({ at: z.enum(crashPoints), signal: z.enum(['SIGKILL', 'SIGSTOP']) });

/**
 * Lets a test kill or stop this process at an exact point: the file holds `{ at, signal }`, and whichever process comes
 * to that point first takes the order, once. Without a file name nothing is ever looked at.
 */
export function buildCrashPoints(file: string | undefined): CrashPoints {
  if (file === undefined) return () => undefined;
  return (point) => {
    const order = readOrder(file);
    if (order?.at !== point) return;
    try {
      // Only one process can move it away.
      renameSync(file, `${file}.taken-by-${process.pid}-${Date.now()}`);
    } catch {
      return;
    }
    process.kill(process.pid, order.signal);
  };
}

function readOrder(file: string): z.infer<typeof Order> | null {
  try {
    return Order.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
