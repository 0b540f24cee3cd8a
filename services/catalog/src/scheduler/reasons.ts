import { explainWaiting } from '@gaze/domain';
import type { PlacingHost } from '@gaze/domain';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { TellJobs } from '../jobs/tell.ts';
import type { OpenJob } from './board.ts';

/** Sentences that are written at once: the first in the queue are the ones that people look at. */
const writtenAtOnce = 200;

/** Writes why jobs wait, where the sentence has changed. Answers the ids of those jobs, and whether some are left. */
export async function writeReasons(
  deps: { db: Db; events: Events; tell: TellJobs },
  waiting: readonly OpenJob[],
  hosts: readonly PlacingHost[],
  nowMs: number,
): Promise<{ written: string[]; more: boolean }> {
  const reasons = explainWaiting(waiting, hosts, nowMs);
  const changed = waiting.filter((job) => reasons.get(job.id) !== job.reason);
  if (changed.length === 0) return { written: [], more: false };
  const now = changed.slice(0, writtenAtOnce);
  const ids = now.map((job) => job.id);
  const texts = now.map((job) => reasons.get(job.id) ?? '');
  await deps.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`UPDATE job SET reason = why.reason
      FROM unnest(${ids}::text[], ${texts}::text[]) AS why (id, reason)
      WHERE job.id = why.id AND job.status = 'waiting' RETURNING job.id`.execute(trx);
    await deps.tell(
      trx,
      rows.map((row) => row.id),
    );
  });
  deps.events.wake();
  return { written: ids, more: changed.length > now.length };
}
