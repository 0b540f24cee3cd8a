import { randomUUID } from 'node:crypto';
import type { WebhookDelivery, WebhookEvent, WebhookView } from '@gaze/contracts';
import { GazeError, whyForbidden } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';

const mostWebhooks = 20;
const shownDeliveries = 50;

function selectViews(db: Db) {
  return db
    .selectFrom('webhook')
    .select(['id', 'url', 'events', 'enabled', 'created_at', 'last_at', 'last_ok', 'last_error'])
    .select((webhook) =>
      webhook
        .selectFrom('webhook_delivery')
        .select((one) => one.fn.countAll<number>().as('count'))
        .whereRef('webhook_delivery.webhook_id', '=', 'webhook.id')
        .where('ended_at', 'is', null)
        .as('waiting'),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof selectViews>['executeTakeFirstOrThrow']>>;

const viewOf = (row: Row): WebhookView => ({
  id: row.id,
  url: row.url,
  events: row.events,
  enabled: row.enabled,
  created_at: row.created_at.toISOString(),
  waiting: row.waiting ?? 0,
  last:
    row.last_at === null
      ? null
      : { at: row.last_at.toISOString(), ok: row.last_ok ?? false, error: row.last_error },
});

export async function listWebhooks(db: Db): Promise<WebhookView[]> {
  const rows = await selectViews(db).orderBy('created_at').orderBy('id').execute();
  return rows.map(viewOf);
}

/** @throws GazeError not_found */
export async function webhookView(db: Db, id: string): Promise<WebhookView> {
  const row = await selectViews(db).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noSuchWebhook(id);
  return viewOf(row);
}

export const noSuchWebhook = (id: string): GazeError =>
  new GazeError('not_found', `There is no webhook «${id}».`, { field: 'id' });

/** @throws GazeError invalid_input where the address must not be called, conflict where there are too many */
export async function insertWebhook(
  db: Db,
  given: { url: string; events: readonly WebhookEvent[]; sealedSecret: string },
): Promise<string> {
  await checkUrl(given.url);
  const { count } = await db
    .selectFrom('webhook')
    .select((webhook) => webhook.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (count >= mostWebhooks)
    throw new GazeError('conflict', `There are ${mostWebhooks} webhooks already; remove one first.`);
  const id = randomUUID();
  await db
    .insertInto('webhook')
    .values({ id, url: given.url, events: [...new Set(given.events)], sealed_secret: given.sealedSecret })
    .execute();
  return id;
}

/** @throws GazeError not_found, invalid_input */
export async function updateWebhook(
  db: Db,
  id: string,
  change: {
    url?: string | undefined;
    events?: readonly WebhookEvent[] | undefined;
    enabled?: boolean | undefined;
  },
): Promise<void> {
  if (change.url !== undefined) await checkUrl(change.url);
  const { numUpdatedRows } = await db
    .updateTable('webhook')
    .set({
      ...(change.url === undefined ? {} : { url: change.url }),
      ...(change.events === undefined ? {} : { events: [...new Set(change.events)] }),
      // Setting nothing is no statement; this keeps it one, and says whether the row is there.
      enabled: change.enabled ?? sql<boolean>`enabled`,
    })
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw noSuchWebhook(id);
}

export async function deleteWebhook(db: Db, id: string): Promise<void> {
  const { numDeletedRows } = await db.deleteFrom('webhook').where('id', '=', id).executeTakeFirst();
  if (numDeletedRows === 0n) throw noSuchWebhook(id);
}

async function checkUrl(url: string): Promise<void> {
  const why = await whyForbidden(new URL(url));
  if (why !== null) throw new GazeError('invalid_input', why, { field: 'url' });
}

export async function listDeliveries(db: Db, webhookId: string): Promise<WebhookDelivery[]> {
  const rows = await db
    .selectFrom('webhook_delivery')
    .select(['id', 'event', 'created_at', 'attempts', 'delivered', 'error', 'ended_at', 'next_at'])
    .where('webhook_id', '=', webhookId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(shownDeliveries)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    event: row.event,
    created_at: row.created_at.toISOString(),
    attempts: row.attempts,
    state: row.ended_at === null ? 'waiting' : row.delivered ? 'delivered' : 'given_up',
    error: row.error,
    next_try_at: row.ended_at === null ? row.next_at.toISOString() : null,
  }));
}
