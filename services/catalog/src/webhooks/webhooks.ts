import { randomUUID } from 'node:crypto';
import { webhooksRpc } from '@gaze/contracts';
import type { GazeEvent, WebhookTried } from '@gaze/contracts';
import { openStatuses } from '@gaze/domain';
import { GazeError, every, seal, serveRpc, unseal } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { singleFlight } from '../single-flight.ts';
import { collect } from './collect.ts';
import { deliverOne, dueWebhooks, nextDueMs, noteResult, pruneDeliveries } from './deliver.ts';
import { buildPost } from './post.ts';
import type { Post } from './post.ts';
import { newSecret } from './sign.ts';
import {
  deleteWebhook,
  insertWebhook,
  listDeliveries,
  listWebhooks,
  noSuchWebhook,
  updateWebhook,
  webhookView,
} from './store.ts';

/** Tells addresses outside of ended jobs and batches: durable, signed, tried again for a day, beside all other work. */
export interface Webhooks {
  start: () => void;
  stop: () => Promise<void>;
  /** An event was told: an ended job may be something to tell. */
  heard: (event: GazeEvent) => void;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const pruneEveryMs = 60 * 60_000;
const longestSleepMs = 60_000;
const mostAtOnce = 20;

export function buildWebhooks(deps: { db: Db; key: Buffer | null; post?: Post; log: Log }): Webhooks {
  const { db, key, log } = deps;
  const post = deps.post ?? buildPost();
  /** One at a time for each webhook: a slow receiver holds up nobody else. */
  const telling = new Map<string, Promise<void>>();
  let alarm: NodeJS.Timeout | undefined;
  let pruning: { stop: () => void } | undefined;
  let stopped = false;

  const flight = singleFlight(
    async () => {
      while (await collect(db));
      for (const id of await dueWebhooks(db)) if (telling.size < mostAtOnce) tell(id);
      await setAlarm();
    },
    (error) => {
      log.debug({ err: error }, 'webhooks could not be looked after; it is tried again');
      wakeIn(longestSleepMs);
    },
  );

  function tell(id: string): void {
    if (key === null || stopped || telling.has(id)) return;
    const work = async (): Promise<void> => {
      while (!stopped && (await deliverOne({ db, key, post }, id)));
    };
    const running = work()
      .catch((error: unknown) => log.warn({ err: error, webhook: id }, 'a webhook could not be told'))
      .finally(() => {
        telling.delete(id);
        if (!stopped) void setAlarm().catch(() => wakeIn(longestSleepMs));
      });
    telling.set(id, running);
  }

  async function setAlarm(): Promise<void> {
    const ms = await nextDueMs(db);
    if (ms !== null) wakeIn(Math.min(Math.max(ms, 250), longestSleepMs));
  }

  function wakeIn(ms: number): void {
    clearTimeout(alarm);
    if (!stopped) alarm = setTimeout(() => flight.wake(), ms);
  }

  async function create({
    url,
    events,
  }: {
    url: string;
    events: Parameters<typeof insertWebhook>[1]['events'];
  }) {
    if (key === null)
      throw new GazeError(
        'conflict',
        'This GAZE has no key file, so it cannot keep the secret of a webhook.',
        {
          hint: 'Give the catalog GAZE_KEY_FILE and start it again.',
        },
      );
    const secret = newSecret();
    const id = await insertWebhook(db, { url, events, sealedSecret: seal(secret, key) });
    return { webhook: await webhookView(db, id), secret };
  }

  async function test(id: string): Promise<WebhookTried> {
    const row = await db
      .selectFrom('webhook')
      .select(['url', 'sealed_secret'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined || key === null) throw noSuchWebhook(id);
    const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date().toISOString(), data: {} });
    const secret = unseal(row.sealed_secret, key);
    const error = await post({ url: row.url, secret, id: `msg_${randomUUID()}`, body });
    await noteResult(db, id, error);
    return { ok: error === null, error };
  }

  return {
    start() {
      flight.wake();
      pruning = every(pruneEveryMs, () => pruneDeliveries(db), log);
    },
    async stop() {
      stopped = true;
      clearTimeout(alarm);
      pruning?.stop();
      await flight.stop();
      clearTimeout(alarm);
      await Promise.all(telling.values());
    },
    heard(event) {
      if (event.type === 'job.changed' && !openStatuses.includes(event.job.status)) flight.wake();
    },
    serve: (nc) => [
      serveRpc(nc, webhooksRpc.list, async () => ({ webhooks: await listWebhooks(db) }), { log }),
      serveRpc(nc, webhooksRpc.create, create, { log }),
      serveRpc(
        nc,
        webhooksRpc.change,
        async ({ id, ...change }) => {
          await updateWebhook(db, id, change);
          flight.wake();
          return webhookView(db, id);
        },
        { log },
      ),
      serveRpc(nc, webhooksRpc.remove, async ({ id }) => deleteWebhook(db, id).then(() => ({})), { log }),
      serveRpc(
        nc,
        webhooksRpc.deliveries,
        async ({ id }) => {
          await webhookView(db, id);
          return { deliveries: await listDeliveries(db, id) };
        },
        { log },
      ),
      serveRpc(nc, webhooksRpc.test, ({ id }) => test(id), { log }),
    ],
  };
}
