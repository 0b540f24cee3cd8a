import type { Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Images } from '../images/images.ts';
import { jobViews } from './views.ts';

/** Tells of changed jobs, in the transaction that changed them. */
export type TellJobs = (trx: Trx, ids: readonly string[]) => Promise<void>;

export function buildTellJobs(deps: { events: Events; images: Images }): TellJobs {
  return async (trx, ids) => {
    for (const job of await jobViews(trx, deps.images, ids)) await deps.events.emit(trx, { type: 'job.changed', job });
  };
}
