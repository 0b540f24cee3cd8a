import { unseal } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Post } from './post.ts';
import { retryAfterMs } from './retry.ts';

interface DueDelivery {
  id: string;
  body: string;
  attempts: number;
  age_ms: number;
  url: string;
  sealed_secret: string;
}

/** Webhooks that have something to tell now. */
export async function dueWebhooks(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('webhook_delivery')
    .innerJoin('webhook', 'webhook.id', 'webhook_delivery.webhook_id')
    .select('webhook.id')
    .distinct()
    .where('webhook.enabled', '=', true)
    .where('ended_at', 'is', null)
    .where('next_at', '<=', sql<Date>`now()`)
    .execute();
  return rows.map((row) => row.id);
}

/** Milliseconds until the next try is due; null where none waits. */
export async function nextDueMs(db: Db): Promise<number | null> {
  const row = await db
    .selectFrom('webhook_delivery')
    .innerJoin('webhook', 'webhook.id', 'webhook_delivery.webhook_id')
    .select(sql<number | null>`extract(epoch FROM min(next_at) - now())::float8 * 1000`.as('ms'))
    .where('webhook.enabled', '=', true)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row?.ms ?? null;
}

/** Tells one webhook the oldest of what is due. False where nothing is. */
export async function deliverOne(
  deps: { db: Db; key: Buffer; post: Post },
  webhookId: string,
): Promise<boolean> {
  const { db, key, post } = deps;
  const due = await oldestDue(db, webhookId);
  if (due === undefined) return false;
  const { url, id, body } = due;
  const error = await post({ url, secret: unseal(due.sealed_secret, key), id, body });
  const attempts = due.attempts + 1;
  const waitMs = error === null ? null : retryAfterMs(attempts, due.age_ms);
  await db
    .updateTable('webhook_delivery')
    .set({
      attempts,
      error,
      delivered: error === null,
      ...(waitMs === null
        ? { ended_at: sql<Date>`now()` }
        : { next_at: sql<Date>`now() + ${waitMs} * interval '1 millisecond'` }),
    })
    .where('id', '=', id)
    .execute();
  await noteResult(db, webhookId, error);
  return true;
}

export async function noteResult(db: Db, webhookId: string, error: string | null): Promise<void> {
  await db
    .updateTable('webhook')
    .set({ last_at: sql<Date>`now()`, last_ok: error === null, last_error: error })
    .where('id', '=', webhookId)
    .execute();
}

function oldestDue(db: Db, webhookId: string): Promise<DueDelivery | undefined> {
  return db
    .selectFrom('webhook_delivery as due')
    .innerJoin('webhook', 'webhook.id', 'due.webhook_id')
    .select(['due.id', 'due.body', 'due.attempts', 'webhook.url', 'webhook.sealed_secret'])
    .select(sql<number>`extract(epoch FROM now() - due.created_at)::float8 * 1000`.as('age_ms'))
    .where('webhook.id', '=', webhookId)
    .where('webhook.enabled', '=', true)
    .where('due.ended_at', 'is', null)
    .where('due.next_at', '<=', sql<Date>`now()`)
    .orderBy('due.created_at')
    .orderBy('due.id')
    .limit(1)
    .executeTakeFirst();
}

const keepDays = 7;

/** Forgets what was told, or given up, a week ago. */
export async function pruneDeliveries(db: Db): Promise<void> {
  await db
    .deleteFrom('webhook_delivery')
    .where('ended_at', '<', sql<Date>`now() - make_interval(days => ${keepDays})`)
    .execute();
}
