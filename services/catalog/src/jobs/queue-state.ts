import type { QueueView } from '@gaze/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';

export type QueueKind = QueueView['kind'];

/** What holds a queue: a person's word, and a picture store that fails. Each ends on its own. */
const QueueState = z.object({
  paused: z.boolean().default(false),
  /** Why nothing can be stored, as a sentence; null while it can. */
  storage: z.string().nullable().default(null),
});
export type QueueState = z.infer<typeof QueueState>;

const running: QueueState = { paused: false, storage: null };

export const queuePrefix = 'queue.';
const queueKey = (kind: QueueKind): string => `${queuePrefix}${kind}`;

export function queueStateOf(value: unknown): QueueState {
  const parsed = QueueState.safeParse(value ?? {});
  return parsed.success ? parsed.data : running;
}

/** Why a queue gives out no work, as a sentence; null where it does. */
export function pauseReason(state: QueueState): string | null {
  if (state.storage !== null) return state.storage;
  return state.paused ? 'The queue is paused.' : null;
}

export async function readQueueState(db: DbOrTrx, kind: QueueKind): Promise<QueueState> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', queueKey(kind))
    .executeTakeFirst();
  return queueStateOf(row?.value);
}

export async function writeQueueState(db: DbOrTrx, kind: QueueKind, state: QueueState): Promise<void> {
  const value = JSON.stringify(state);
  await db
    .insertInto('setting')
    .values({ key: queueKey(kind), value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

export async function queueView(db: DbOrTrx, kind: QueueKind): Promise<QueueView> {
  const counts = await db
    .selectFrom('job')
    .select([
      sql<number>`count(*) FILTER (WHERE status = 'waiting')::int`.as('waiting'),
      sql<number>`count(*) FILTER (WHERE status = 'dispatched')::int`.as('dispatched'),
      sql<number>`count(*) FILTER (WHERE status IN ('running', 'cancelling'))::int`.as('running'),
    ])
    .where('kind', '=', kind)
    .where('status', 'in', ['waiting', 'dispatched', 'running', 'cancelling'])
    .executeTakeFirstOrThrow();
  const reason = pauseReason(await readQueueState(db, kind));
  return { kind, paused: reason !== null, reason, ...counts };
}
