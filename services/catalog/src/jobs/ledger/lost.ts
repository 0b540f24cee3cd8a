import type { WireError } from '@gaze/contracts';
import { mostCountedAttempts } from '@gaze/domain';
import type { LedgerDeps } from './deps.ts';
import { finishFromStored } from './complete.ts';
import { historyError } from './history.ts';
import { attemptOf, endAttempt, findJob, finish, lockJob, putBack } from './rows.ts';

/** A replica was started anew: whatever its earlier process worked on goes back into the queue at once. */
export async function giveUpHolder(deps: LedgerDeps, holder: string): Promise<void> {
  const rows = await deps.db
    .selectFrom('attempt')
    .select(['job_id', 'number'])
    .where('holder', '=', holder)
    .where('status', '=', 'running')
    .execute();
  for (const { job_id: jobId, number } of rows) {
    await giveUpAttempt(deps, jobId, number, {
      message: `The generator ${holder} was started anew.`,
      hostGone: false,
    });
  }
}

/**
 * Gives an attempt up whose holder fell silent, or whose host is gone. Its pictures may be stored already; its
 * prompt may still be on the host, so the job goes back there first. It counts where the host had taken its prompt.
 */
export async function giveUpAttempt(
  deps: LedgerDeps,
  jobId: string,
  attempt: number,
  why: { message: string; hostGone: boolean },
): Promise<void> {
  const before = await findJob(deps.db, jobId);
  if (before?.attempt !== attempt || (before.status !== 'running' && before.status !== 'cancelling')) return;
  if (await finishFromStored(deps, before)) return;
  const error: WireError = { code: 'host_failed', message: why.message };
  await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    if (job?.attempt !== attempt || (job.status !== 'running' && job.status !== 'cancelling')) return;
    const row = await attemptOf(trx, jobId, attempt);
    await endAttempt(trx, jobId, attempt, 'lost', error);
    const counts = row?.posted_at != null && !why.hostGone;
    const counted = job.counted_attempts + Number(counts);
    if (job.status === 'cancelling') await finish(trx, jobId, 'cancelled');
    else if (counts && counted >= mostCountedAttempts) {
      await finish(trx, jobId, 'failed', {
        error: await historyError(trx, jobId, error, 'exhausted'),
        counted,
      });
    } else await putBack(trx, jobId, { counted, returnsTo: why.hostGone ? null : job.host_id });
    await deps.tell(trx, [jobId]);
  });
  deps.events.wake();
  deps.hosts.liveness.forgetAttempt(jobId, attempt);
  deps.changed([jobId]);
}
