import type { Snapshot, ledgerRpc } from '@gaze/contracts';
import { folderOf, holderSilenceMs, openStatuses } from '@gaze/domain';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Trx } from '../../db/connect.ts';
import { finishFromStored } from './complete.ts';
import type { LedgerDeps } from './deps.ts';
import { endAttempt, findJob, finish, lockJob } from './rows.ts';
import type { LedgerJob } from './rows.ts';

type Question = z.output<typeof ledgerRpc.start.input>;
type Answer = z.input<typeof ledgerRpc.start.output>;

/**
 * Mints an attempt for a holder, or says why there is nothing to do. An attempt that runs already gives way: its
 * message came again because nobody vouched for it.
 */
export async function startAttempt(deps: LedgerDeps, question: Question): Promise<Answer> {
  const { db, events } = deps;
  // Complete pictures of the last attempt end the job without another run.
  const before = deps.mayHaveAttempts(question.job_id) ? await findJob(db, question.job_id) : undefined;
  const mayBeStored =
    before !== undefined &&
    before.attempt > 0 &&
    openStatuses.includes(before.status) &&
    before.dispatch === question.dispatch;
  if (mayBeStored && (await finishFromStored(deps, before)))
    return { outcome: 'refused', reason: 'finished' };

  const first = deps.mayHaveAttempts(question.job_id) ? null : await mintFirst(deps, question);
  const answer = first ?? (await db.transaction().execute((trx) => mint(deps, trx, question)));
  events.wake();
  if (answer.outcome === 'start') {
    deps.hosts.liveness.attemptHeard(question.job_id, answer.attempt);
    deps.tellLater([question.job_id]);
  }
  deps.changed([question.job_id]);
  return answer;
}

/**
 * The first attempt of a job, which is nearly every one: the same moves as `mint` in one statement, since a picture
 * waits for it. Null where anything is not as usual.
 */
async function mintFirst(deps: LedgerDeps, question: Question): Promise<Answer | null> {
  const host = deps.hosts.list().find(({ id }) => id === question.host_id);
  if (host?.holder !== question.holder || host.epoch !== question.epoch) return null;
  if (question.prompt_id === undefined) return null;
  const { rows } = await sql<FirstStart>`
    WITH won AS (
      UPDATE job SET status = 'running', attempt = 1, started_at = now(), heartbeat_at = now(), reason = NULL
      WHERE id = ${question.job_id} AND status = 'dispatched' AND attempt = 0
        AND dispatch = ${question.dispatch} AND host_id = ${question.host_id}
      RETURNING id, snapshot, template_hash, owner_category, owner_slug, front,
        extract(epoch FROM now() - created_at)::float8 AS queued_seconds
    ), minted AS (
      INSERT INTO attempt (job_id, number, holder, host_id, host_name, prompt_id, posting_at)
      SELECT id, 1, ${question.holder}, ${question.host_id}, ${host.name}, ${question.prompt_id}, now() FROM won
    )
    SELECT snapshot, template_hash, owner_category, owner_slug, front, queued_seconds FROM won`.execute(
    deps.db,
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    outcome: 'start',
    recorded: true,
    attempt: 1,
    snapshot: row.snapshot,
    template: await deps.template(deps.db, row.template_hash),
    earlier_prompt_ids: [],
    folder: folderOf(ownerOfJob(row), row.snapshot.recipe.sweep !== undefined),
    queued_seconds: row.queued_seconds,
    front: row.front,
  };
}

interface FirstStart extends Pick<LedgerJob, 'template_hash' | 'owner_category' | 'owner_slug' | 'front'> {
  snapshot: Snapshot;
  queued_seconds: number;
}

async function mint(deps: LedgerDeps, trx: Trx, question: Question): Promise<Answer> {
  const host = deps.hosts.list().find(({ id }) => id === question.host_id);
  if (host?.holder !== question.holder || host.epoch !== question.epoch) return { outcome: 'not_holder' };
  const job = await lockJob(trx, question.job_id);
  const refusal = refusalOf(job, question);
  if (job === undefined || refusal !== null) return refuse(deps, trx, job, refusal ?? 'unknown');

  if (job.status === 'running') {
    await endAttempt(trx, job.id, job.attempt, 'lost', {
      code: 'superseded',
      message: 'Its message came again, and a newer try took over.',
    });
  }
  const attempt = job.attempt + 1;
  const earlier = attempt === 1 ? [] : await earlierPrompts(trx, job.id, question.host_id);
  const recorded = question.prompt_id !== undefined && earlier.length === 0;
  await trx
    .insertInto('attempt')
    .values({
      job_id: job.id,
      number: attempt,
      holder: question.holder,
      host_id: question.host_id,
      host_name: host.name,
      prompt_id: recorded ? question.prompt_id : null,
      posting_at: recorded ? sql<Date>`now()` : null,
    })
    .execute();
  const row = await trx
    .updateTable('job')
    .set({
      status: 'running',
      attempt,
      started_at: sql<Date>`now()`,
      heartbeat_at: sql<Date>`now()`,
      reason: null,
    })
    .where('id', '=', job.id)
    .returning(['snapshot', sql<number>`extract(epoch FROM now() - created_at)::float8`.as('queued_seconds')])
    .executeTakeFirstOrThrow();
  return {
    outcome: 'start',
    recorded,
    attempt,
    snapshot: row.snapshot,
    template: await deps.template(trx, job.template_hash),
    earlier_prompt_ids: earlier,
    folder: folderOf(ownerOfJob(job), job.is_sweep),
    queued_seconds: row.queued_seconds,
    front: job.front,
  };
}

export function ownerOfJob(job: Pick<LedgerJob, 'owner_category' | 'owner_slug'>) {
  return job.owner_category === null || job.owner_slug === null
    ? null
    : { category: job.owner_category, slug: job.owner_slug };
}

type Refusal = Extract<Answer, { outcome: 'refused' }>['reason'];

function refusalOf(job: LedgerJob | undefined, question: Question): Refusal | null {
  if (job === undefined) return 'unknown';
  if (job.status === 'done' || job.status === 'failed') return 'finished';
  if (job.status === 'cancelled' || job.status === 'cancelling') return 'cancelled';
  // A job that waits was taken back: whatever its number, that message is spent.
  const current =
    job.dispatch === question.dispatch && job.host_id === question.host_id && job.status !== 'waiting';
  return current ? null : 'superseded';
}

/** A cancel whose holder is gone has nobody left to say that the picture was stopped. */
async function refuse(
  deps: LedgerDeps,
  trx: Trx,
  job: LedgerJob | undefined,
  reason: Refusal,
): Promise<Answer> {
  if (
    job?.status === 'cancelling' &&
    deps.hosts.liveness.attemptSilentMs(job.id, job.attempt) >= holderSilenceMs
  ) {
    await endAttempt(trx, job.id, job.attempt, 'lost', {
      code: 'superseded',
      message: 'It was cancelled after its holder had gone.',
    });
    await finish(trx, job.id, 'cancelled');
    await deps.tell(trx, [job.id]);
  }
  return { outcome: 'refused', reason };
}

async function earlierPrompts(trx: Trx, jobId: string, hostId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('attempt')
    .select('prompt_id')
    .where('job_id', '=', jobId)
    .where('host_id', '=', hostId)
    .where('prompt_id', 'is not', null)
    .orderBy('number', 'desc')
    .execute();
  return [...new Set(rows.flatMap((row) => (row.prompt_id === null ? [] : [row.prompt_id])))];
}
