import type { WireError, ledgerRpc } from '@gaze/contracts';
import { decideFailure } from '@gaze/domain';
import type { FailureDecision } from '@gaze/domain';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import type { LedgerDeps } from './deps.ts';
import { historyError } from './history.ts';
import type { AttemptRow, LedgerJob } from './rows.ts';
import { attemptOf, endAttempt, finish, lockJob, putBack } from './rows.ts';

type Question = z.output<typeof ledgerRpc.fail.input>;
type Outcome = z.input<typeof ledgerRpc.fail.output>['outcome'];

/** An attempt failed: its class decides what becomes of the job. */
export async function failAttempt(deps: LedgerDeps, question: Question): Promise<{ outcome: Outcome }> {
  const { job_id: jobId, attempt: number } = question;
  const decided = await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    const attempt = job === undefined ? undefined : await attemptOf(trx, jobId, number);
    if (job === undefined || attempt?.status !== 'running' || job.attempt !== number) return null;
    if (job.status !== 'running' && job.status !== 'cancelling') return null;
    const decision = decideFailure(await facts(trx, job, attempt, question));
    await endAttempt(trx, jobId, number, 'failed', question.error);
    await apply(trx, job, attempt, question.error, decision);
    await deps.tell(trx, [jobId]);
    return { decision, hostId: attempt.host_id };
  });
  if (decided === null) return { outcome: 'stale' };
  const { decision, hostId } = decided;
  deps.events.wake();
  deps.hosts.liveness.forgetAttempt(jobId, number);
  deps.ended(jobId, hostId, 'failed');
  if (decision.next === 'waiting' && decision.opensBreaker) deps.hosts.failed(hostId);
  if (decision.next === 'waiting' && decision.pausesQueue) await deps.pauseForStorage(question.error.message);
  deps.changed([jobId]);
  return { outcome: decision.next };
}

async function facts(
  trx: Trx,
  job: LedgerJob,
  attempt: AttemptRow,
  question: Question,
): Promise<Parameters<typeof decideFailure>[0]> {
  const hosts = await trx.selectFrom('host').select('id').where('enabled', '=', true).execute();
  return {
    class: question.class,
    code: question.error.code,
    posted: attempt.posted_at !== null,
    adopted: attempt.adopted,
    originCounted: attempt.adopted && (await originCounted(trx, attempt)),
    cancelling: job.status === 'cancelling',
    counted: job.counted_attempts,
    inARow: job.attempt,
    otherHosts: hosts.some(({ id }) => id !== attempt.host_id && !job.unfit_hosts.includes(id)),
  };
}

/** Whether the run that was taken over was counted when its own attempt ended: attempts that gave way were not. */
async function originCounted(trx: Trx, attempt: AttemptRow): Promise<boolean> {
  if (attempt.prompt_id === null) return false;
  const earlier = await trx
    .selectFrom('attempt')
    .select('error')
    .where('job_id', '=', attempt.job_id)
    .where('prompt_id', '=', attempt.prompt_id)
    .where('number', '<', attempt.number)
    .execute();
  return earlier.some(({ error }) => error !== null && error.code !== 'superseded');
}

async function apply(
  trx: Trx,
  job: LedgerJob,
  attempt: AttemptRow,
  error: WireError,
  decision: FailureDecision,
): Promise<void> {
  if (decision.next === 'cancelled') return finish(trx, job.id, 'cancelled');
  const counted = job.counted_attempts + Number(decision.counts);
  if (decision.next === 'failed') {
    const told =
      decision.because === 'permanent' ? error : await historyError(trx, job.id, error, decision.because);
    return finish(trx, job.id, 'failed', { error: told, counted });
  }
  const { host_id: hostId } = attempt;
  await putBack(trx, job.id, {
    counted,
    returnsTo: decision.returns ? hostId : null,
    delayMs: decision.delayMs,
    ...(decision.host === 'last' ? { avoid: [...new Set([...job.avoid_hosts, hostId])] } : {}),
    ...(decision.host === 'never' ? { unfit: [...new Set([...job.unfit_hosts, hostId])] } : {}),
  });
}
