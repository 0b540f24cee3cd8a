export interface SingleFlight {
  /** Runs the work soon: now, or once more after the run that is under way. */
  wake: () => void;
  /** The same, and waits until that run is through. */
  run: () => Promise<void>;
  /** The same as `wake`, for tickers. */
  tick: () => Promise<void>;
  /** Waits for the run under way; nothing runs afterwards. */
  stop: () => Promise<void>;
}

/** Work that must never run beside itself and may be asked for at any time: many wishes during a run are one more run. */
export function singleFlight(work: () => Promise<void>, failed: (error: unknown) => void): SingleFlight {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  async function run(): Promise<void> {
    do {
      again = false;
      await work().catch(failed);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- wake sets both while the work is awaited
    } while (again && !stopped);
    running = null;
  }

  function wake(): void {
    if (stopped) return;
    if (running === null) running = run();
    else again = true;
  }

  return {
    wake,
    async run() {
      wake();
      await running;
    },
    tick() {
      wake();
      return Promise.resolve();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
