import type { WireError } from '@gaze/contracts';
import type { DbOrTrx } from '../../db/connect.ts';

const openings = {
  exhausted: 'Every try failed, the last one so',
  refused_everywhere: 'No host takes it, the last one said',
} as const;

/** The error of a job that was tried more than once: the last failure in the sentence, all of them beside it. */
export async function historyError(
  db: DbOrTrx,
  jobId: string,
  last: WireError,
  because: keyof typeof openings,
): Promise<WireError> {
  const rows = await db
    .selectFrom('attempt')
    .select(['number', 'host_name', 'status', 'error'])
    .where('job_id', '=', jobId)
    .orderBy('number')
    .execute();
  const attempts = rows.map((row) => ({
    number: row.number,
    host: row.host_name,
    status: row.status,
    error: row.error,
  }));
  const message = rows.length < 2 ? last.message : `${openings[because]}: ${last.message}`;
  return {
    ...last,
    message,
    hint: last.hint ?? 'Look at the hosts, then retry the job.',
    details: { attempts },
  };
}
