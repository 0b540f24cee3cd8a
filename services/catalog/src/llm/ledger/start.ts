import type { LlmTask, llmRpc } from '@gaze/contracts';
import { holderSilenceMs } from '@gaze/domain';
import { GazeError, toWireError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import { endAttempt, finish, lockJob } from '../../jobs/ledger/rows.ts';
import type { LedgerJob } from '../../jobs/ledger/rows.ts';
import type { LlmLedgerDeps } from '../deps.ts';
import { llmHost } from '../deps.ts';
import { issueTask } from '../issue.ts';
import { resultOf } from '../results-store.ts';

type Question = z.output<typeof llmRpc.start.input>;
type Answer = z.input<typeof llmRpc.start.output>;
type Refusal = Extract<Answer, { outcome: 'refused' }>['reason'];

/**
 * Mints an attempt for a worker and hands it the task with the entry as it is now, or says why there is nothing to do.
 * A result that is on its way into the library ends the job without another run.
 */
export async function startLlm(deps: LlmLedgerDeps, question: Question): Promise<Answer> {
  const { db, events } = deps;
  const { job_id: jobId } = question;
  if ((await resultOf(db, jobId))?.state === 'applying') {
    await deps.landing.land(jobId);
    return { outcome: 'refused', reason: 'finished' };
  }
  const chosen = await deps.provider();
  const answer = await db.transaction().execute(async (trx): Promise<Answer> => {
    const minted = await mint(deps, trx, question);
    return minted.outcome === 'start' ? { ...minted, ...chosen } : minted;
  });
  events.wake();
  if (answer.outcome === 'start') deps.liveness.attemptHeard(jobId, answer.attempt);
  deps.changed([jobId]);
  return answer;
}

async function mint(deps: LlmLedgerDeps, trx: Trx, question: Question): Promise<Answer> {
  const job = await lockJob(trx, question.job_id);
  const asked = await trx
    .selectFrom('llm_task')
    .select('intent')
    .where('job_id', '=', question.job_id)
    .executeTakeFirst();
  if (job === undefined || asked === undefined) return { outcome: 'refused', reason: 'unknown' };
  const refusal = refusalOf(job, question);
  if (refusal !== null) return refuse(deps, trx, job, refusal);
  let task: LlmTask;
  try {
    task = await issueTask(trx, asked.intent);
  } catch (error) {
    if (!(error instanceof GazeError) || error.code === 'unavailable') throw error;
    await endWithoutTask(deps, trx, job, error);
    return { outcome: 'refused', reason: 'finished' };
  }
  if (job.status === 'running') {
    await endAttempt(trx, job.id, job.attempt, 'lost', {
      code: 'superseded',
      message: 'Its message came again, and a newer try took over.',
    });
  }
  const attempt = job.attempt + 1;
  await trx
    .insertInto('attempt')
    .values({
      job_id: job.id,
      number: attempt,
      holder: question.holder,
      host_id: llmHost.id,
      host_name: llmHost.name,
      prompt_id: null,
    })
    .execute();
  await trx
    .updateTable('job')
    .set({
      ...{ status: 'running', attempt, host_id: llmHost.id, reason: null },
      ...{ started_at: sql<Date>`now()`, heartbeat_at: sql<Date>`now()` },
    })
    .where('id', '=', job.id)
    .execute();
  await trx
    .updateTable('llm_task')
    .set({ issued: JSON.stringify(task) })
    .where('job_id', '=', job.id)
    .execute();
  await deps.tell(trx, [job.id]);
  return { outcome: 'start', attempt, task };
}

function refusalOf(job: LedgerJob, question: Question): Refusal | null {
  if (job.status === 'done' || job.status === 'failed') return 'finished';
  if (job.status === 'cancelled' || job.status === 'cancelling') return 'cancelled';
  // A job that waits was taken back: whatever its number, that message is spent.
  return job.dispatch === question.dispatch && job.status !== 'waiting' ? null : 'superseded';
}

/** A cancel whose worker is gone has nobody left to say that it stopped. */
async function refuse(deps: LlmLedgerDeps, trx: Trx, job: LedgerJob, reason: Refusal): Promise<Answer> {
  if (job.status === 'cancelling' && deps.liveness.attemptSilentMs(job.id, job.attempt) >= holderSilenceMs) {
    await endAttempt(trx, job.id, job.attempt, 'lost', {
      code: 'superseded',
      message: 'It was cancelled after its worker had gone.',
    });
    await finish(trx, job.id, 'cancelled');
    await deps.tell(trx, [job.id]);
  }
  return { outcome: 'refused', reason };
}

/** There is nothing to ask the model: the entry is gone, or the file has got its entry meanwhile. */
async function endWithoutTask(
  deps: LlmLedgerDeps,
  trx: Trx,
  job: LedgerJob,
  error: GazeError,
): Promise<void> {
  if (job.status === 'running') {
    await endAttempt(trx, job.id, job.attempt, 'lost', {
      code: 'superseded',
      message: 'There is nothing left to do.',
    });
  }
  if (error.code === 'superseded') {
    await finish(trx, job.id, 'done');
    await trx
      .updateTable('job')
      .set({ notes: JSON.stringify([...new Set([...job.notes, error.message])]) })
      .where('id', '=', job.id)
      .execute();
  } else await finish(trx, job.id, 'failed', { error: toWireError(error) });
  await deps.tell(trx, [job.id]);
}
