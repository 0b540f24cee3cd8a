import type { LlmTask, llmRpc } from '@gaze/contracts';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import type { LedgerJob } from '../../jobs/ledger/rows.ts';
import { attemptOf, lockJob } from '../../jobs/ledger/rows.ts';
import { checkResult } from '../check-result.ts';
import type { LlmLedgerDeps } from '../deps.ts';
import { endDone, waitsNote } from '../landing.ts';
import { recordResult, resultOf } from '../results-store.ts';
import { tellDraft } from '../tell-drafts.ts';
import { keepTranscript } from '../transcripts.ts';

type Question = z.output<typeof llmRpc.complete.input>;
type Outcome = z.input<typeof llmRpc.complete.output>['outcome'];

const nothingNote = 'There was nothing to change.';

/**
 * Takes the result of an attempt: records it, and brings it into the library or lets it wait for a person. The same
 * completion again is `already`; one of an older attempt is refused.
 * @throws GazeError invalid_input for a result that is not that of the task
 */
export async function completeLlm(deps: LlmLedgerDeps, question: Question): Promise<{ outcome: Outcome }> {
  const { job_id: jobId, attempt } = question;
  const outcome = await deps.db.transaction().execute((trx) => record(deps, trx, question));
  if (outcome === 'refused' || outcome === 'already') return { outcome };
  deps.events.wake();
  deps.liveness.forgetAttempt(jobId, attempt);
  if (outcome === 'applying') await deps.landing.land(jobId);
  deps.changed([jobId]);
  return { outcome: 'accepted' };
}

async function record(
  deps: LlmLedgerDeps,
  trx: Trx,
  question: Question,
): Promise<'refused' | 'already' | 'ended' | 'applying'> {
  const { job_id: jobId, attempt: number, result, transcript } = question;
  const job = await lockJob(trx, jobId);
  const attempt = job === undefined ? undefined : await attemptOf(trx, jobId, number);
  if (job === undefined || attempt === undefined) return 'refused';
  if (attempt.status === 'done') return 'already';
  // An attempt that was given up may still bring its result, as long as no newer one was minted.
  const open = job.status !== 'done' && job.status !== 'failed' && job.status !== 'cancelled';
  if (!open || job.attempt !== number || attempt.status === 'failed') return 'refused';
  if ((await resultOf(trx, jobId)) !== undefined) return 'applying';
  const asked = await trx
    .selectFrom('llm_task')
    .innerJoin('job', 'job.id', 'llm_task.job_id')
    .select(['llm_task.review', 'llm_task.issued', 'job.batch_id'])
    .where('llm_task.job_id', '=', jobId)
    .executeTakeFirst();
  if (asked?.issued == null) return 'refused';
  await keepTranscript(trx, jobId, number, transcript);
  const { issued: task, review, batch_id: batchId } = asked;
  return take(deps, trx, { job, batchId, number, result, task, waits: review === 'review' });
}

async function take(
  deps: LlmLedgerDeps,
  trx: Trx,
  what: {
    job: LedgerJob;
    batchId: string;
    number: number;
    result: Question['result'];
    task: LlmTask;
    waits: boolean;
  },
): Promise<'ended' | 'applying'> {
  const { job, batchId, number, result, task, waits } = what;
  const checked = checkResult(task, result);
  const isNew = checked.slug === null;
  const refused = [...result.refused, ...checked.refused];
  const end = { job_id: job.id, attempt: number };
  if (!isNew && checked.changes.length === 0) {
    await endDone(trx, end, [...job.notes, ...result.notes, nothingNote]);
    await deps.tell(trx, [job.id]);
    return 'ended';
  }
  const replaced = await recordResult(trx, {
    ...{ ...checked, refused, jobId: job.id, batchId, attempt: number, task },
    ...{ tagReport: result.tag_report, notes: result.notes },
    ...(waits ? { state: 'waiting', reason: 'It was asked for so.' } : { state: 'applying', reason: '' }),
  });
  if (!waits) return 'applying';
  await tellDraft(trx, deps.events, replaced ? null : { id: job.id, state: 'waiting' });
  await endDone(trx, end, [...job.notes, ...result.notes, waitsNote]);
  await deps.tell(trx, [job.id]);
  return 'ended';
}
