import type { LlmTask, TagReport } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import type { LlmResultTable } from '../db/schema.ts';
import type { CheckedResult } from './check-result.ts';

export type ResultRow = Selectable<LlmResultTable>;

export interface NewResult extends CheckedResult {
  jobId: string;
  attempt: number;
  task: LlmTask;
  batchId: string;
  tagReport: TagReport;
  notes: string[];
  state: 'applying' | 'waiting';
  reason: string;
}

/** Records what a job brought, before anything of it is written; answers whether it took the place of older ones. */
export async function recordResult(trx: Trx, result: NewResult): Promise<boolean> {
  const { jobId, attempt, task, batchId: batch_id, slug, file, name, revision, state, reason } = result;
  await trx
    .insertInto('llm_result')
    .values({
      job_id: jobId,
      ...{
        attempt,
        kind: task.kind,
        category: task.category,
        slug,
        file,
        batch_id,
        name,
        revision,
        state,
        reason,
      },
      changes: JSON.stringify(result.changes),
      refused: JSON.stringify(result.refused),
      tag_report: JSON.stringify(result.tagReport),
      notes: JSON.stringify(result.notes),
    })
    .execute();
  return state === 'waiting' && (await replaceOlder(trx, result)) > 0;
}

/** A newer result for the same entry, or the same file, takes the place of those that wait. */
async function replaceOlder(trx: Trx, { jobId, task, slug, file }: NewResult): Promise<number> {
  if (slug === null && file === null) return 0;
  const { numUpdatedRows } = await trx
    .updateTable('llm_result')
    .set({ state: 'discarded', reason: 'A newer result took its place.', decided_at: sql<Date>`now()` })
    .where('state', '=', 'waiting')
    .where('job_id', '!=', jobId)
    .where('kind', '=', task.kind)
    .where('category', '=', task.category)
    .where((e) => (slug === null ? e('file', '=', file) : e('slug', '=', slug)))
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

export async function resultOf(db: DbOrTrx, jobId: string): Promise<ResultRow | undefined> {
  return db.selectFrom('llm_result').selectAll().where('job_id', '=', jobId).executeTakeFirst();
}

/** Jobs whose result is on its way into the library. */
export async function landingJobs(db: DbOrTrx): Promise<string[]> {
  const rows = await db
    .selectFrom('llm_result')
    .select('job_id')
    .where('state', '=', 'applying')
    .orderBy('job_id')
    .execute();
  return rows.map((row) => row.job_id);
}

const keepDays = 30;

/** Forgets results that were decided about a month ago. Those that wait stay. */
export async function pruneResults(db: DbOrTrx): Promise<void> {
  await db
    .deleteFrom('llm_result')
    .where('state', 'in', ['applied', 'discarded'])
    .where('decided_at', '<', sql<Date>`now() - ${keepDays} * interval '1 day'`)
    .execute();
}
