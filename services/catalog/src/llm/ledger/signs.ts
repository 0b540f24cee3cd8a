import type { Progress, llmRpc } from '@gaze/contracts';
import { subjects } from '@gaze/contracts';
import type { z } from 'zod';
import type { LlmLedgerDeps } from '../deps.ts';
import { llmHost } from '../deps.ts';

/** How far an attempt is: told to whoever looks at the moment, and stored nowhere. */
export async function noteProgress(
  deps: LlmLedgerDeps,
  question: z.output<typeof llmRpc.progress.input>,
): Promise<z.input<typeof llmRpc.progress.output>> {
  const { job_id: jobId, attempt, progress } = question;
  const status = await statusOfAttempt(deps, jobId, attempt);
  if (status === null) return { outcome: 'stale' };
  deps.liveness.attemptHeard(jobId, attempt);
  const message: Progress = {
    ...{ job_id: jobId, attempt, phase: progress.phase, step: progress.turn, steps: progress.max_turns },
    ...{
      node: progress.tools.length === 0 ? null : progress.tools.join(', '),
      host: llmHost,
      seconds_left: null,
    },
  };
  deps.nc.publish(subjects.progress(jobId), JSON.stringify(message));
  return { outcome: status === 'cancelling' ? 'cancelled' : 'go' };
}

/** A worker's sign of life; it hears which of its attempts do not count any more, and which jobs are to stop. */
export async function noteBeat(
  deps: LlmLedgerDeps,
  { attempts, replica, tools }: z.output<typeof llmRpc.beat.input>,
): Promise<z.input<typeof llmRpc.beat.output>> {
  const marked = { tool_settings: await deps.noteTools(replica, tools) };
  if (attempts.length === 0) return { stale: [], cancel: [], ...marked };
  const jobs = await deps.db
    .selectFrom('job')
    .select(['id', 'status', 'attempt'])
    .where(
      'id',
      'in',
      attempts.map((attempt) => attempt.job_id),
    )
    .where('status', 'in', ['running', 'cancelling'])
    .execute();
  const current = new Map(jobs.map((job) => [job.id, job]));
  const isCurrent = (one: (typeof attempts)[number]): boolean =>
    current.get(one.job_id)?.attempt === one.attempt;
  const heard = attempts.filter(isCurrent);
  for (const { job_id: jobId, attempt } of heard) deps.liveness.attemptHeard(jobId, attempt);
  return {
    stale: attempts.filter((one) => !isCurrent(one)),
    cancel: heard.filter((one) => current.get(one.job_id)?.status === 'cancelling').map((one) => one.job_id),
    ...marked,
  };
}

async function statusOfAttempt(deps: LlmLedgerDeps, jobId: string, attempt: number) {
  const job = await deps.db
    .selectFrom('job')
    .select('status')
    .where('id', '=', jobId)
    .where('kind', '=', 'llm')
    .where('attempt', '=', attempt)
    .where('status', 'in', ['running', 'cancelling'])
    .executeTakeFirst();
  return job?.status ?? null;
}
