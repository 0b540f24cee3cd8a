import type { DraftState } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';

/** Tells that a draft came, went or waits again, in the transaction in which it did; null: many did. */
export async function tellDraft(
  trx: DbOrTrx,
  events: Events,
  draft: { id: string; state: DraftState } | null,
): Promise<void> {
  await events.emit(trx, { type: 'draft.changed', draft, waiting: await countWaiting(trx) });
}

export async function countWaiting(db: DbOrTrx): Promise<number> {
  const { n } = await db
    .selectFrom('llm_result')
    .select(sql<number>`count(*)::int`.as('n'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return n;
}
