import { finalJobStatuses } from '@gaze/contracts';
import { GazeError, buildKeyedMutex, toWireError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Trx } from '../db/connect.ts';
import { endAttempt, finish, lockJob } from '../jobs/ledger/rows.ts';
import type { TellJobs } from '../jobs/tell.ts';
import type { LlmDeps } from './deps.ts';
import { landingJobs, resultOf } from './results-store.ts';
import type { ResultRow } from './results-store.ts';
import { tellDraft } from './tell-drafts.ts';
import { writeResult, writtenBy } from './write-result.ts';

export type Landed =
  | { state: 'applied'; slug: string | null; merged: boolean }
  | { state: 'waiting'; error: GazeError }
  | { state: 'discarded' | 'unknown' };

/**
 * Brings results into the library, each exactly once. What is on its way is recorded first; the revision that a write
 * leaves says whether it got there, and the ledger is told last. Whatever ends us in between, the next try goes on there.
 */
export interface Landing {
  /** @throws GazeError where it cannot be said yet, such as with the database away: it is tried again */
  land: (jobId: string) => Promise<Landed>;
  /** Goes on with all that is on its way. */
  resume: () => Promise<void>;
}

/** What a person can decide about; anything else is tried again. */
const decidable: readonly string[] = ['conflict', 'data_error', 'not_found', 'invalid_input'];
export const waitsNote = 'The result waits for review.';

export function buildLanding(
  deps: LlmDeps & { tell: TellJobs; changed: (jobIds: readonly string[]) => void },
): Landing {
  const { db, events, writing, log } = deps;
  // One at a time: two files of the same name, or two jobs for one file, never meet.
  const mutex = buildKeyedMutex();

  async function land(jobId: string): Promise<Landed> {
    const row = await resultOf(db, jobId);
    if (row === undefined) return { state: 'unknown' };
    if (row.state === 'applied') return { state: 'applied', slug: row.slug, merged: false };
    if (row.state !== 'applying')
      return row.state === 'waiting' ? { state: 'waiting', error: waiting(row) } : { state: row.state };
    try {
      const before = await writtenBy(writing, row);
      const { slug, merged } =
        before === null ? await writeResult(writing, row) : { slug: before, merged: false };
      await settle(row, { state: 'applied', slug, reason: '' });
      return { state: 'applied', slug, merged };
    } catch (error) {
      if (!(error instanceof Error) || !decidable.includes(toWireError(error).code)) throw error;
      // Somebody saved the old file at the last moment: the result is in it all the same.
      const slug = await writtenBy(writing, row);
      if (slug !== null) {
        await settle(row, { state: 'applied', slug, reason: '' });
        return { state: 'applied', slug, merged: false };
      }
      const { code, message, ...place } = toWireError(error);
      await settle(row, { state: 'waiting', slug: row.slug, reason: message });
      return { state: 'waiting', error: new GazeError(code, message, place) };
    }
  }

  /** The result's last word and the job's, in one transaction. */
  async function settle(
    row: ResultRow,
    to: { state: 'applied' | 'waiting'; slug: string | null; reason: string },
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const applied = to.state === 'applied';
      await trx
        .updateTable('llm_result')
        .set({
          ...to,
          ...(applied ? { decided_at: sql<Date>`now()` } : { pointers: null, overwrite: false }),
        })
        .where('job_id', '=', row.job_id)
        .where('state', '=', 'applying')
        .execute();
      await tellDraft(trx, events, { id: row.job_id, state: to.state });
      await endJob(trx, row, to);
      await deps.tell(trx, [row.job_id]);
    });
    events.wake();
    deps.changed([row.job_id]);
  }

  return {
    land: (jobId) => mutex.run('', () => land(jobId)),
    async resume() {
      for (const jobId of await landingJobs(db)) {
        await mutex
          .run('', () => land(jobId))
          .catch((error: unknown) => {
            log.warn(
              { err: error, job: jobId },
              'a result could not be written into the library yet; it is tried again',
            );
          });
      }
    },
  };
}

/** Ends the job where it has not ended: what a person decides about later changes nothing in its end. */
async function endJob(
  trx: Trx,
  row: ResultRow,
  { state, slug }: { state: 'applied' | 'waiting'; slug: string | null },
): Promise<void> {
  const job = await lockJob(trx, row.job_id);
  if (job === undefined) return;
  if (state === 'applied' && slug !== null) {
    await trx
      .updateTable('job')
      .set({ owner_category: row.category, owner_slug: slug })
      .where('id', '=', row.job_id)
      .execute();
  }
  if (finalJobStatuses.includes(job.status)) return;
  await endDone(trx, row, [...job.notes, ...row.notes, ...(state === 'waiting' ? [waitsNote] : [])]);
}

/** Ends a job with its attempt. */
export async function endDone(
  trx: Trx,
  row: { job_id: string; attempt: number },
  notes: readonly string[],
): Promise<void> {
  await endAttempt(trx, row.job_id, row.attempt, 'done', null);
  await finish(trx, row.job_id, 'done');
  await trx
    .updateTable('job')
    .set({ notes: JSON.stringify([...new Set(notes)]) })
    .where('id', '=', row.job_id)
    .execute();
}

function waiting(row: ResultRow): GazeError {
  return new GazeError('conflict', row.reason, { field: 'id' });
}
