import type { ObjectEntry } from '@gaze/media';
import { sql } from 'kysely';
import type { JobFile } from './placing.ts';
import type { RescanDeps } from './rescan-state.ts';

/**
 * Removes what an attempt stored and no job took, a day after the job ended elsewhere. Work under way, and jobs that
 * the ledger does not know, are left alone.
 */
export async function sweepJobFile(deps: RescanDeps, entry: ObjectEntry, job: JobFile): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    SELECT EXISTS (
      SELECT FROM job WHERE id = ${job.jobId} AND status IN ('done','failed','cancelled')
        AND finished_at < now() - interval '1 day')
      AND NOT EXISTS (SELECT FROM image WHERE key = ${entry.key}) AS due`.execute(deps.db);
  if (rows[0]?.due !== true) return false;
  await deps.store.delete(entry.key);
  deps.log.info({ key: entry.key, job: job.jobId }, 'removed a picture that no job took');
  return true;
}
