import type { JobView } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Images } from '../images/images.ts';
import { singleFlight } from '../single-flight.ts';
import { jobViews } from './views.ts';

/** Tells of changed jobs, in the transaction that changed them; answers how they are now. */
export type TellJobs = (trx: Trx, ids: readonly string[]) => Promise<JobView[]>;

export function buildTellJobs(deps: { events: Events; images: Images }): TellJobs {
  return async (trx, ids) => {
    const views = await jobViews(trx, deps.images, ids);
    for (const job of views) await deps.events.emit(trx, { type: 'job.changed', job });
    return views;
  };
}

/**
 * Tells of jobs on their way to a host a moment after their change: nobody who waits for the picture waits for the
 * telling. What a crash swallows is told at the next start, when all jobs on hosts are told once.
 */
export interface LaterTelling {
  changed: (ids: readonly string[]) => void;
  stop: () => Promise<void>;
}

export function buildLaterTelling(deps: { db: Db; events: Events; tell: TellJobs; log: Log }): LaterTelling {
  const { db, events, tell, log } = deps;
  let due = new Set<string>();
  const flight = singleFlight(
    async () => {
      const ids = due;
      if (ids.size === 0) return;
      due = new Set();
      try {
        await db.transaction().execute((trx) => tell(trx, [...ids]));
      } catch (error) {
        for (const id of ids) due.add(id);
        throw error;
      }
      events.wake();
    },
    (error) => log.debug({ err: error }, 'jobs could not be told; the next change tells them'),
  );
  return {
    changed(ids) {
      for (const id of ids) due.add(id);
      flight.wake();
    },
    stop: () => flight.stop(),
  };
}
