import type { JobView } from '@gaze/contracts';
import { sleep } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Images } from '../images/images.ts';
import { singleFlight } from '../single-flight.ts';
import { jobViews } from './views.ts';

/** Long enough for a job to get from its submission to its host, too short for a person to notice. */
const gatherMs = 40;

/** Tells of changed jobs, in the transaction that changed them; answers how they are now. */
export type TellJobs = (trx: Trx, ids: readonly string[]) => Promise<JobView[]>;

export function buildTellJobs(deps: { events: Events; images: Images }): TellJobs {
  return async (trx, ids) => {
    const views = await jobViews(trx, deps.images, ids);
    await deps.events.emit(trx, ...views.map((job) => ({ type: 'job.changed' as const, job })));
    return views;
  };
}

/**
 * Tells of jobs on their way to a host a moment after their change: nobody who waits for the picture waits for the
 * telling, and several steps within that moment are one event. What a crash swallows is told at the next start
 * (`untold`).
 */
export interface LaterTelling {
  changed: (ids: readonly string[]) => void;
  stop: () => Promise<void>;
}

export function buildLaterTelling(deps: { db: Db; events: Events; tell: TellJobs; log: Log }): LaterTelling {
  const { db, events, tell, log } = deps;
  const stopping = new AbortController();
  let due = new Set<string>();
  const flight = singleFlight(
    async () => {
      await sleep(gatherMs, stopping.signal).catch(() => undefined);
      const ids = due;
      if (ids.size === 0) return;
      due = new Set();
      try {
        await db.transaction().execute(async (trx) => {
          // Held as they are until they are told: a step that is made meanwhile is told after this one.
          await trx
            .selectFrom('job')
            .select('id')
            .where('id', 'in', [...ids])
            .orderBy('id')
            .forShare()
            .execute();
          await tell(trx, [...ids]);
        });
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
    async stop() {
      stopping.abort();
      await flight.stop();
    },
  };
}

/** Jobs that came in when the last event was told or later: they wait, and a crash may have swallowed their telling. */
export async function untold(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('job')
    .select('id')
    .where('status', '=', 'waiting')
    .where(
      'created_at',
      '>=',
      sql<Date>`coalesce((SELECT max(created_at) FROM event), '-infinity') - interval '10 seconds'`,
    )
    .execute();
  return rows.map((row) => row.id);
}
