import type { Lane } from '@gaze/contracts';

/** How many jobs run side by side. One slot is kept for jobs that somebody waits for, and they go first. */
export interface Slots {
  /** Waits for a slot; gives what frees it. Rejects when the signal ends. */
  take: (lane: Lane, signal: AbortSignal) => Promise<() => void>;
  taken: () => number;
}

interface Waiting {
  lane: Lane;
  start: () => void;
}

export function buildSlots(count: number): Slots {
  const waiting: Waiting[] = [];
  const running = { interactive: 0, batch: 0 };
  const forBatch = Math.max(1, count - 1);

  const fits = (lane: Lane): boolean =>
    running.interactive + running.batch < count && (lane === 'interactive' || running.batch < forBatch);

  function next(): void {
    for (const lane of ['interactive', 'batch'] as const) {
      for (;;) {
        const at = waiting.findIndex((one) => one.lane === lane);
        if (at === -1 || !fits(lane)) break;
        const [one] = waiting.splice(at, 1);
        running[lane]++;
        one?.start();
      }
    }
  }

  return {
    taken: () => running.interactive + running.batch,
    take: (lane, signal) =>
      new Promise((resolve, reject) => {
        const free = (): void => {
          running[lane]--;
          next();
        };
        const giveUp = (): void => {
          const at = waiting.indexOf(mine);
          if (at === -1) return;
          waiting.splice(at, 1);
          reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
        };
        const mine: Waiting = {
          lane,
          start: () => {
            signal.removeEventListener('abort', giveUp);
            let isFree = false;
            resolve(() => {
              if (!isFree) free();
              isFree = true;
            });
          },
        };
        waiting.push(mine);
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
        else next();
      }),
  };
}
