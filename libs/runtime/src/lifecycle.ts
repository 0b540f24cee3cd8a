import type { Log } from './log.ts';
import { sleep } from './sleep.ts';

const stopLimitMs = 5000;

export interface Lifecycle {
  /** Starts the service. An error in here is said in one line and ends the process with code 1. */
  run: (start: () => Promise<void>) => Promise<void>;
  /** Registers what has to be stopped; parts stop in the reverse order of their registration. */
  onStop: (name: string, stop: () => Promise<void> | void) => void;
  /** Ends the process after an ordered stop, because something that cannot be healed from inside has happened. */
  fatal: (error: unknown) => void;
}

/**
 * Ordered start and stop of one process: SIGTERM, SIGINT and the end of the parent's IPC channel stop every part once,
 * each within five seconds.
 */
export function buildLifecycle(log: Log): Lifecycle {
  const parts: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | null = null;

  function stop(exitCode: number): Promise<void> {
    stopping ??= (async () => {
      for (const part of parts.reverse()) {
        const ended = Promise.resolve()
          .then(() => part.stop())
          .then(() => true)
          .catch((error: unknown) => {
            log.warn({ err: error, part: part.name }, 'a part did not stop cleanly');
            return true;
          });
        const inTime = await Promise.race([ended, sleep(stopLimitMs).then(() => false)]);
        if (!inTime) log.warn({ part: part.name }, 'a part took too long to stop and was left behind');
      }
      log.info('stopped');
      process.exit(exitCode);
    })();
    return stopping;
  }

  const lifecycle: Lifecycle = {
    async run(start) {
      process.once('SIGTERM', () => void stop(0));
      process.once('SIGINT', () => void stop(0));
      // Whoever started this process through an IPC channel is gone: nobody would stop it any more.
      if (process.connected) process.once('disconnect', () => void stop(0));
      process.on('unhandledRejection', (error) => lifecycle.fatal(error));
      process.on('uncaughtException', (error) => lifecycle.fatal(error));
      try {
        await start();
      } catch (error) {
        // A stop that was asked for during the start is no failure.
        if (stopping === null) lifecycle.fatal(error);
      }
    },
    onStop: (name, stopPart) => parts.push({ name, stop: stopPart }),
    fatal(error) {
      if (stopping !== null) return;
      log.fatal({ err: error }, error instanceof Error ? error.message : 'the process cannot go on');
      void stop(1);
    },
  };
  return lifecycle;
}
