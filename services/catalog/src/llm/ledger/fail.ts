import type { WireError, llmRpc } from '@gaze/contracts';
import { decideLlmFailure, mostCountedAttempts } from '@gaze/domain';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import { historyError } from '../../jobs/ledger/history.ts';
import { attemptOf, endAttempt, findJob, finish, lockJob, putBack } from '../../jobs/ledger/rows.ts';
import type { LedgerJob } from '../../jobs/ledger/rows.ts';
import type { LlmLedgerDeps } from '../deps.ts';
import { resultOf } from '../results-store.ts';
import { keepTranscript } from '../transcripts.ts';

type FailOutcome = z.input<typeof llmRpc.fail.output>['outcome'];

const hint = 'Look at the transcript and at the model in Settings, then retry the job.';

/** An attempt failed: its class decides what becomes of the job. */
export async function failLlm(
  deps: LlmLedgerDeps,
  question: z.output<typeof llmRpc.fail.input>,
): Promise<{ outcome: FailOutcome }> {
  const { job_id: jobId, attempt: number, transcript } = question;
  const outcome = await deps.db.transaction().execute(async (trx): Promise<FailOutcome> => {
    const job = await openJob(trx, jobId, number);
    // What it brought is on its way into the library: only the telling failed.
    if (job === undefined || (await resultOf(trx, jobId)) !== undefined) return 'stale';
    if (transcript !== null) await keepTranscript(trx, jobId, number, transcript);
    const error = { ...question.error, hint: question.error.hint ?? hint };
    const decision = decideLlmFailure({
      class: question.class,
      cancelling: job.status === 'cancelling',
      counted: job.counted_attempts,
      inARow: job.attempt,
      retryAfterSeconds: question.retry_after_seconds,
    });
    await endAttempt(trx, jobId, number, 'failed', error);
    if (decision.next === 'cancelled') await finish(trx, jobId, 'cancelled');
    else {
      const counted = job.counted_attempts + Number(decision.counts);
      if (decision.next === 'failed') {
        const told =
          decision.because === 'permanent' ? error : await historyError(trx, jobId, error, 'exhausted');
        await finish(trx, jobId, 'failed', { error: told, counted });
      } else await putBackFor(trx, jobId, counted, decision.delayMs, error.message);
    }
    await deps.tell(trx, [jobId]);
    return decision.next;
  });
  if (outcome !== 'stale') after(deps, jobId, number);
  return { outcome };
}

/** A worker that stops gives its job back; the attempt does not count. */
export async function releaseLlm(
  deps: LlmLedgerDeps,
  question: z.output<typeof llmRpc.release.input>,
): Promise<{ ok: boolean }> {
  const { job_id: jobId, attempt: number } = question;
  const ok = await deps.db.transaction().execute(async (trx) => {
    const job = await openJob(trx, jobId, number);
    if (job === undefined || (await resultOf(trx, jobId)) !== undefined) return false;
    await endAttempt(trx, jobId, number, 'lost', {
      code: 'superseded',
      message: `It was given back: ${question.reason}.`,
    });
    if (job.status === 'cancelling') await finish(trx, jobId, 'cancelled');
    else await putBack(trx, jobId);
    await deps.tell(trx, [jobId]);
    return true;
  });
  if (ok) after(deps, jobId, number);
  return { ok };
}

/** Gives an attempt up whose worker fell silent: it died with it, so it counts. A result that it brought still counts, too. */
export async function giveUpLlm(deps: LlmLedgerDeps, jobId: string, number: number): Promise<void> {
  const before = await findJob(deps.db, jobId);
  if (before?.attempt !== number) return;
  if ((await resultOf(deps.db, jobId)) !== undefined) {
    await deps.landing.land(jobId);
    return;
  }
  const error: WireError = {
    code: 'llm_failed',
    message: 'The worker that asked the model fell silent.',
    hint,
  };
  await deps.db.transaction().execute(async (trx) => {
    const job = await openJob(trx, jobId, number);
    if (job === undefined || (await resultOf(trx, jobId)) !== undefined) return;
    await endAttempt(trx, jobId, number, 'lost', error);
    const counted = job.counted_attempts + 1;
    if (job.status === 'cancelling') await finish(trx, jobId, 'cancelled');
    else if (counted >= mostCountedAttempts)
      await finish(trx, jobId, 'failed', {
        error: await historyError(trx, jobId, error, 'exhausted'),
        counted,
      });
    else await putBackFor(trx, jobId, counted, 0, error.message);
    await deps.tell(trx, [jobId]);
  });
  after(deps, jobId, number);
}

/** The job, locked, where this attempt is the one that runs. */
async function openJob(trx: Trx, jobId: string, number: number): Promise<LedgerJob | undefined> {
  const job = await lockJob(trx, jobId);
  const attempt = job === undefined ? undefined : await attemptOf(trx, jobId, number);
  const runs = job?.status === 'running' || job?.status === 'cancelling';
  return runs && job.attempt === number && attempt?.status === 'running' ? job : undefined;
}

async function putBackFor(
  trx: Trx,
  jobId: string,
  counted: number,
  delayMs: number,
  why: string,
): Promise<void> {
  await putBack(trx, jobId, { counted, delayMs });
  await trx
    .updateTable('job')
    .set({ reason: `${why} It is tried again by itself.` })
    .where('id', '=', jobId)
    .execute();
}

function after(deps: LlmLedgerDeps, jobId: string, attempt: number): void {
  deps.events.wake();
  deps.liveness.forgetAttempt(jobId, attempt);
  deps.changed([jobId]);
}
