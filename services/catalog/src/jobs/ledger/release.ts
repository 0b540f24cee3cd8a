import type { ledgerRpc } from '@gaze/contracts';
import type { z } from 'zod';
import type { LedgerDeps } from './deps.ts';
import { endAttempt, finish, lockJob, putBack } from './rows.ts';

/** A prompt that was never rendered comes back; the attempt does not count. */
export async function releaseAttempt(
  deps: LedgerDeps,
  question: z.output<typeof ledgerRpc.release.input>,
): Promise<z.input<typeof ledgerRpc.release.output>> {
  const { job_id: jobId, attempt } = question;
  const released = await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    if (job?.attempt !== attempt || (job.status !== 'running' && job.status !== 'cancelling')) return false;
    await endAttempt(trx, jobId, attempt, 'lost', {
      code: 'superseded',
      message: `It was taken back: ${question.reason}.`,
    });
    if (job.status === 'cancelling') await finish(trx, jobId, 'cancelled');
    else await putBack(trx, jobId);
    await deps.tell(trx, [jobId]);
    return true;
  });
  if (!released) return { ok: false };
  deps.events.wake();
  deps.hosts.liveness.forgetAttempt(jobId, attempt);
  deps.changed([jobId]);
  return { ok: true };
}
