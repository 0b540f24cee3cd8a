import { now } from '../log/event-log.ts';

/** Waits until a moment (`now()` times); a moment that has passed still lets others run once. Ends early when aborted. */
export function sleepUntil(moment: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const remaining = moment - now();
    if (signal.aborted) return resolve();
    if (remaining <= 0) {
      setImmediate(resolve);
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, remaining);
    signal.addEventListener('abort', done);
  });
}
