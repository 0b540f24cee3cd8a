import type { DraftsDecided, llmJobsRpc } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Landing } from './landing.ts';
import { countWaiting, tellDraft } from './tell-drafts.ts';

/**
 * Decides about all that wait, or about those of a category or of one request. To apply is recorded at once and done
 * one after the other; whatever ends us on the way, the next start goes on. What somebody changed meanwhile waits again.
 */
export async function decideDrafts(
  deps: { db: Db; events: Events; landing: Landing; log: Log },
  { decision, category, batch_id: batchId }: z.output<typeof llmJobsRpc.draftsDecide.input>,
): Promise<DraftsDecided> {
  const { db, events, landing, log } = deps;
  const decided = await db.transaction().execute(async (trx) => {
    let update = trx.updateTable('llm_result').where('state', '=', 'waiting');
    if (category !== undefined) update = update.where('category', '=', category);
    if (batchId !== undefined) update = update.where('batch_id', '=', batchId);
    const { numUpdatedRows } = await update
      .set(
        decision === 'apply'
          ? { state: 'applying', overwrite: false, pointers: null }
          : { state: 'discarded', reason: 'It was discarded.', decided_at: sql<Date>`now()` },
      )
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) await tellDraft(trx, events, null);
    return Number(numUpdatedRows);
  });
  events.wake();
  if (decision === 'apply' && decided > 0) {
    landing.resume().catch((error: unknown) => {
      log.warn({ err: error }, 'drafts could not be written into the library yet; it is tried again');
    });
  }
  return { decided, waiting: await countWaiting(db) };
}
