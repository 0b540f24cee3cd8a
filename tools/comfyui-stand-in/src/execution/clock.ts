import { now } from '../log/event-log.ts';

/** Waits until a moment (`now()` times), never less; a moment that has passed still lets others run once. Ends early when aborted. */
export function sleepUntil(moment: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    // A timer may fire up to a millisecond early.
    const look = (): void => {
      const remaining = moment - now();
      if (remaining <= 0) done();
      else timer = setTimeout(look, Math.ceil(remaining));
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', done);
    setImmediate(look);
  });
}
