import { readFileSync, renameSync } from 'node:fs';
import { z } from 'zod';

const Order = z.object({ at: z.string(), signal: z.enum(['SIGKILL', 'SIGSTOP']) });

/**
 * Lets a test kill or stop this process at an exact point: the file holds `{ at, signal }`, and whichever process comes
 * to that point first takes the order, once. Without a file name nothing is ever looked at.
 * @param points those that this process has; an order for another one is for somebody else
 */
export function buildCrashPoints<P extends string>(
  file: string | undefined,
  points: readonly P[],
): (point: P) => void {
  if (file === undefined) return () => undefined;
  return (point) => {
    const order = readOrder(file);
    if (order?.at !== point || !points.includes(point)) return;
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
