import type { ledgerRpc } from '@gaze/contracts';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { LedgerDeps } from './deps.ts';
import { endAttempt, finish, lockJob } from './rows.ts';

/** Records the id of a prompt before its host hears of it, and says whether the holder may go on. */
export async function notePosting(
  deps: LedgerDeps,
  question: z.output<typeof ledgerRpc.posting.input>,
): Promise<z.input<typeof ledgerRpc.posting.output>> {
  const { job_id, attempt, prompt_id, adopted } = question;
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, job_id);
    if (job?.attempt !== attempt || (job.status !== 'running' && job.status !== 'cancelling')) return 'stale';
    const host = deps.hosts.list().find(({ id }) => id === question.host_id);
    if (host?.epoch !== question.epoch || job.host_id !== question.host_id) return 'not_holder';
    if (job.status === 'cancelling' && !adopted) {
      await endAttempt(trx, job_id, attempt, 'failed', {
        code: 'superseded',
        message: 'It was cancelled before it was posted.',
      });
      await finish(trx, job_id, 'cancelled');
      await deps.tell(trx, [job_id]);
      return 'cancelled';
    }
    // A prompt that runs already goes on under its cancel: the holder has to follow it to stop it.
    const updated = await trx
      .updateTable('attempt')
      .set({
        prompt_id,
        adopted,
        posting_at: sql<Date>`now()`,
        ...(adopted ? { posted_at: sql<Date>`now()` } : {}),
      })
      .where('job_id', '=', job_id)
      .where('number', '=', attempt)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return 'stale';
    await trx
      .updateTable('job')
      .set({ prompts: JSON.stringify(question.prompts) })
      .where('id', '=', job_id)
      .execute();
    return 'go';
  });
  if (outcome === 'cancelled') {
    deps.events.wake();
    deps.changed([job_id]);
  }
  return { outcome };
}

/** The host took the prompt: from here the attempt counts. */
export async function notePosted(
  deps: LedgerDeps,
  question: z.output<typeof ledgerRpc.posted.input>,
): Promise<z.input<typeof ledgerRpc.posted.output>> {
  const { job_id: jobId, attempt, prompts } = question;
  const result = await deps.db
    .updateTable('attempt')
    .set({ posted_at: sql<Date>`coalesce(posted_at, now())` })
    .where('job_id', '=', jobId)
    .where('number', '=', attempt)
    .executeTakeFirst();
  if (prompts !== undefined) {
    await deps.db
      .updateTable('job')
      .set({ prompts: JSON.stringify(prompts) })
      .where('id', '=', jobId)
      .where('attempt', '=', attempt)
      .execute();
  }
  return { ok: result.numUpdatedRows > 0n };
}
