import { setTimeout as wait } from 'node:timers/promises';

/**
 * Tries an assertion again and again until it holds, and gives what it returned.
 * @throws what the assertion threw last, with the time that was waited
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= until) throw withTime(error, timeoutMs);
      await wait(everyMs);
    }
  }
}

function withTime(error: unknown, timeoutMs: number): unknown {
  if (error instanceof Error) error.message = `${error.message}\n(still so after ${timeoutMs} ms)`;
  return error;
}
