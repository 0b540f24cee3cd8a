import type { CategoryName, Lane, LlmReview, LlmSkipped, LlmSubmitted } from '@gaze/contracts';
import { maxJobsShown } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Insertable } from 'kysely';
import type { Trx } from '../db/connect.ts';
import type { JobTable, LlmIntent } from '../db/schema.ts';
import { madeBy } from '../editing/authors.ts';
import type { IdempotencyKey } from '../jobs/idempotency.ts';
import { batchOfKey, claimKey } from '../jobs/idempotency.ts';
import { newId } from '../jobs/job-ids.ts';
import type { TellJobs } from '../jobs/tell.ts';
import { jobViews } from '../jobs/views.ts';
import type { LlmDeps } from './deps.ts';

export interface SubmitDeps extends LlmDeps {
  tell: TellJobs;
  /** Called after the commit. */
  changed: (jobIds: readonly string[]) => void;
}

export interface LlmItem {
  intent: LlmIntent;
  label: string;
  owner: { category: CategoryName; slug: string } | null;
  isNsfw: boolean;
}

export interface LlmRequest {
  review?: LlmReview | undefined;
  lane?: Lane | undefined;
  by: string;
  idempotency?: IdempotencyKey | undefined;
}

export interface LlmWork {
  /** What the batch is called. */
  label: string;
  items: LlmItem[];
  skipped: LlmSkipped[];
  /** What holds where the request does not say. */
  review: LlmReview;
  lane: Lane;
}

type Submitted = LlmSubmitted & { replayed: boolean };

const rowsAtOnce = 500;

/**
 * Takes work for the model as one batch, a job per item: when it answers, they are durable.
 * @param find looks up what is to be done, in the transaction that stores it: two requests at once never queue one file twice
 */
export async function submitLlm(
  deps: SubmitDeps,
  request: LlmRequest,
  find: (trx: Trx) => Promise<LlmWork>,
): Promise<Submitted> {
  const { idempotency } = request;
  const before = idempotency === undefined ? null : await batchOfKey(deps.db, idempotency);
  if (before !== null) return replay(deps, before);
  const stored = await deps.db.transaction().execute(async (trx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended('gaze.llm.submit', 0))`.execute(trx);
    const work = await find(trx);
    if (work.items.length === 0) return { work, batchId: null, ids: [] };
    return { work, ...(await store(deps, trx, request, work)) };
  });
  if (stored.batchId === null && stored.work.items.length > 0) return submitLlm(deps, request, find);
  deps.events.wake();
  deps.changed(stored.ids);
  const { skipped } = stored.work;
  return {
    ...{ batch_id: stored.batchId, queued: stored.ids.length, replayed: false },
    jobs: await jobViews(deps.db, deps.images, stored.ids.slice(0, maxJobsShown)),
    ...{ skipped: skipped.slice(0, maxJobsShown), skipped_count: skipped.length },
  };
}

async function store(
  deps: SubmitDeps,
  trx: Trx,
  request: LlmRequest,
  work: LlmWork,
): Promise<{ batchId: string | null; ids: string[] }> {
  const batchId = newId();
  const { idempotency } = request;
  await trx
    .insertInto('batch')
    .values({ id: batchId, kind: 'llm', label: work.label.slice(0, 200), count: work.items.length })
    .execute();
  if (idempotency !== undefined && !(await claimKey(trx, idempotency, batchId))) {
    // Another request with this key was first: its batch is the answer.
    await trx.deleteFrom('batch').where('id', '=', batchId).execute();
    return { batchId: null, ids: [] };
  }
  const lane = request.lane ?? work.lane;
  const rows = work.items.map((item, ordinal) => ({ item, job: jobRow(batchId, ordinal, lane, item) }));
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const some = rows.slice(from, from + rowsAtOnce);
    await trx
      .insertInto('job')
      .values(some.map(({ job }) => job))
      .execute();
    await trx
      .insertInto('llm_task')
      .values(
        some.map(({ item: { intent }, job }) => ({
          job_id: job.id,
          intent: JSON.stringify(intent),
          review: request.review ?? work.review,
          file: intent.kind === 'bulk_create' ? intent.file : null,
          made_by: madeBy(request.by),
          issued: null,
        })),
      )
      .execute();
  }
  const ids = rows.map(({ job }) => job.id);
  await deps.tell(trx, ids);
  return { batchId, ids };
}

function jobRow(
  batchId: string,
  ordinal: number,
  lane: Lane,
  { label, owner, isNsfw }: LlmItem,
): Insertable<JobTable> & { id: string } {
  return {
    id: newId(),
    ...{ batch_id: batchId, ordinal, lane, kind: 'llm', status: 'waiting', label: label.slice(0, 200) },
    owner_category: owner?.category ?? null,
    owner_slug: owner?.slug ?? null,
    snapshot: '{}',
    ...{ template_hash: null, checkpoint: null, seed: null, host_id: null },
    ...{ stream_incarnation: null, stream_sequence: null, is_nsfw: isNsfw },
    reason: 'It has just come in.',
  };
}

async function replay(deps: SubmitDeps, batchId: string): Promise<Submitted> {
  const rows = await deps.db
    .selectFrom('job')
    .select('id')
    .where('batch_id', '=', batchId)
    .orderBy('ordinal')
    .execute();
  const ids = rows.map((row) => row.id);
  return {
    ...{ batch_id: batchId, queued: ids.length, replayed: true },
    jobs: await jobViews(deps.db, deps.images, ids.slice(0, maxJobsShown)),
    ...{ skipped: [], skipped_count: 0 },
  };
}
