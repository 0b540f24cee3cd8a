import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from './log.ts';

/** Waits; rejects as soon as the signal ends. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
}

/** Runs `work` again and again with `ms` between its end and its next start: it never overlaps itself, and a failure is logged and over. */
export function every(ms: number, work: () => Promise<void>, log: Log): { stop: () => void } {
  const stopped = new AbortController();
  const isStopped = (): boolean => stopped.signal.aborted;
  void (async () => {
    while (!isStopped()) {
      await sleep(ms, stopped.signal).catch(() => undefined);
      if (isStopped()) return;
      await work().catch((error: unknown) =>
        log.warn({ err: error }, 'a repeated task failed; it runs again'),
      );
    }
  })();
  return { stop: () => stopped.abort() };
}
