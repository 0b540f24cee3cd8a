import type { StreamPlace } from '../steer.ts';
import { streamPlaceOf } from '../steer.ts';
import type { LedgerDeps } from './deps.ts';
import { lockJob, putBack } from './rows.ts';

/** Takes a dispatch back that nobody has begun; answers where its message lies. A job that has begun is left alone. */
export async function takeBack(
  deps: Pick<LedgerDeps, 'db' | 'events' | 'tell' | 'changed'>,
  jobId: string,
  dispatch: number,
): Promise<StreamPlace[]> {
  const places = await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    if (job?.status !== 'dispatched' || job.dispatch !== dispatch) return null;
    await putBack(trx, jobId);
    await deps.tell(trx, [jobId]);
    return streamPlaceOf(job);
  });
  if (places === null) return [];
  deps.events.wake();
  deps.changed([jobId]);
  return places;
}
