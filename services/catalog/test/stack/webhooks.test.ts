import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhooksRpc } from '@gaze/contracts';
import type { RpcContract } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { eventually, testLog, verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { buildEvents } from '../../src/events/events.ts';
import { buildTellJobs } from '../../src/jobs/tell.ts';
import { buildPost } from '../../src/webhooks/post.ts';
import { retryAfterMs } from '../../src/webhooks/retry.ts';
import { buildWebhooks } from '../../src/webhooks/webhooks.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver that remembers what it was told and answers as the test says. */
async function receiver() {
  const told: Told[] = [];
  let answer: { status: number; headers?: Record<string, string>; silent?: boolean } = { status: 204 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      if (answer.silent !== true)
        response.writeHead(answer.status, answer.headers).end('the-answer-of-a-stranger');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    told,
    answers: (next: typeof answer) => (answer = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What any library of the Standard Webhooks specification checks. */
function isSigned({ headers, body }: Told, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  const given = Buffer.from(String(headers['webhook-signature']).replace('v1,', ''), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const on = await testLibrary();
const bus = await testBus();
const key = randomBytes(32);
const ask = <I extends z.ZodType, O extends z.ZodType>(contract: RpcContract<I, O>, input: z.input<I>) =>
  callRpc(bus.asker, contract, input);

function house() {
  const log = testLog('catalog');
  const webhooks = buildWebhooks({ db: on.db, key, post: buildPost(Date.now, 400), log });
  const events = buildEvents({ db: on.db, publish: ({ event }) => webhooks.heard(event), log });
  const serving = webhooks.serve(bus.nc);
  events.start();
  webhooks.start();
  return {
    events,
    async stop() {
      for (const server of serving) await server.stop();
      await events.stop();
      await webhooks.stop();
    },
  };
}

let running = house();
beforeAll(async () => {
  await eventually(async () => expect(await place()).not.toBeNull());
});
afterAll(async () => {
  await running.stop();
  await bus[Symbol.asyncDispose]();
  await on[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await on.db.deleteFrom('webhook').execute();
});

const place = async (): Promise<unknown> => {
  const row = await on.db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', 'webhook_place')
    .executeTakeFirst();
  return row?.value ?? null;
};

let made = 0;
/** A batch whose jobs have these statuses; tells of those that are over, as the ledger does. */
async function batch(statuses: readonly ('waiting' | 'done' | 'failed' | 'cancelled')[]): Promise<string> {
  const id = `batch-${(made += 1)}`;
  await sql`INSERT INTO batch (id, kind, label, count) VALUES (${id}, 'image', 'Some', ${statuses.length})`.execute(
    on.db,
  );
  for (const [index, status] of statuses.entries()) {
    await sql`INSERT INTO job (id, batch_id, ordinal, kind, status, lane, label, snapshot, files, loras, notes, is_nsfw,
        sets_cover, fair_ms, finished_at)
      VALUES (${`${id}-${index}`}, ${id}, ${index}, 'image', ${status}, 'batch', 'One', '{}', '[]', '{}', '[]', false,
        false, 1, ${status === 'waiting' ? null : new Date()})`.execute(on.db);
  }
  await tellOf(statuses.flatMap((status, index) => (status === 'waiting' ? [] : [`${id}-${index}`])));
  return id;
}

/** Waits until everything that was told was looked at. */
async function seen(): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql<{ open: number; last: number }>`
      SELECT count(*) FILTER (WHERE sequence IS NULL)::int AS open, coalesce(max(sequence), 0)::int AS last FROM event`.execute(
      on.db,
    );
    expect(rows[0]?.open).toBe(0);
    expect(await place()).toBe(rows[0]?.last);
  });
}

async function tellOf(ids: readonly string[]): Promise<void> {
  const tell = buildTellJobs({ events: running.events, images: on.images });
  await on.db.transaction().execute((trx) => tell(trx, ids));
  running.events.wake();
}

const typesOf = (told: readonly Told[]): string[] =>
  told.map(({ body }) => (JSON.parse(body) as { type: string }).type);

describe(verifies('events.webhooks', 'webhooks'), () => {
  test('are told of ended jobs and of the batch once, signed; what is not over is not told', async () => {
    await using outside = await receiver();
    const { webhook, secret } = await ask(webhooksRpc.create, { url: outside.url });
    const open = await batch(['done', 'waiting']);
    await eventually(() => expect(typesOf(outside.told)).toEqual(['job.done']));
    await on.db
      .updateTable('job')
      .set({ status: 'failed', finished_at: new Date() })
      .where('id', '=', `${open}-1`)
      .execute();
    await tellOf([`${open}-1`, `${open}-0`]);
    await eventually(() => expect(typesOf(outside.told)).toEqual(['job.done', 'job.failed', 'batch.ended']));
    expect(outside.told.every((one) => isSigned(one, secret))).toBe(true);
    expect(outside.told.some((one) => isSigned(one, `whsec_${randomBytes(32).toString('base64')}`))).toBe(
      false,
    );
    const last = JSON.parse(outside.told[2]?.body ?? '') as { data: unknown };
    expect(last.data).toEqual({
      batch: { id: open, kind: 'image', label: 'Some', count: 2, done: 1, failed: 1, cancelled: 0 },
    });
    expect(new Set(outside.told.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    await eventually(async () => {
      const { deliveries } = await ask(webhooksRpc.deliveries, { id: webhook.id });
      expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    });
  });

  test('are told only what they asked for, and nothing while they are off', async () => {
    await using outside = await receiver();
    const { webhook } = await ask(webhooksRpc.create, { url: outside.url, events: ['job.cancelled'] });
    await batch(['done', 'cancelled']);
    await eventually(() => expect(typesOf(outside.told)).toEqual(['job.cancelled']));
    expect(await ask(webhooksRpc.change, { id: webhook.id, enabled: false })).toMatchObject({
      enabled: false,
    });
    await batch(['cancelled']);
    await seen();
    await ask(webhooksRpc.change, { id: webhook.id, enabled: true });
    await batch(['cancelled']);
    await eventually(() => expect(outside.told).toHaveLength(2));
  });

  test('a failing or slow receiver is tried again with the same id and holds up nobody else', async () => {
    await using failing = await receiver();
    await using silent = await receiver();
    await using well = await receiver();
    failing.answers({ status: 500 });
    silent.answers({ status: 200, silent: true });
    const events = ['job.done'] as const;
    const { webhook } = await ask(webhooksRpc.create, { url: failing.url, events: [...events] });
    const hung = await ask(webhooksRpc.create, { url: silent.url, events: [...events] });
    await ask(webhooksRpc.create, { url: well.url, events: [...events] });
    await batch(['done', 'done']);
    await eventually(() => expect(well.told).toHaveLength(2));
    await eventually(async () => {
      const { deliveries } = await ask(webhooksRpc.deliveries, { id: webhook.id });
      expect(deliveries).toHaveLength(2);
      for (const one of deliveries)
        expect(one).toMatchObject({
          state: 'waiting',
          attempts: 1,
          error: 'The receiver answered 500 in place of 2xx.',
        });
    });
    await eventually(async () => {
      const view = (await ask(webhooksRpc.list, {})).webhooks.find(({ id }) => id === hung.webhook.id);
      expect(view).toMatchObject({
        waiting: 2,
        last: { ok: false, error: expect.stringContaining('did not answer') as string },
      });
    });
    failing.answers({ status: 200 });
    await sql`UPDATE webhook_delivery SET next_at = now() WHERE webhook_id = ${webhook.id}`.execute(on.db);
    // A restart in between loses nothing: what is due lies in the database.
    await running.stop();
    running = house();
    await eventually(() => expect(failing.told).toHaveLength(4));
    expect(new Set(failing.told.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    expect(JSON.stringify(await ask(webhooksRpc.deliveries, { id: webhook.id }))).not.toContain('stranger');
  });

  test('what happened while the catalog was away is told when it is back', async () => {
    await using outside = await receiver();
    await ask(webhooksRpc.create, { url: outside.url, events: ['job.done'] });
    await running.stop();
    await batch(['done']);
    running = house();
    await eventually(() => expect(outside.told).toHaveLength(1));
  });

  test('a try says what the receiver did, and keeps its answer to itself', async () => {
    await using outside = await receiver();
    await using elsewhere = await receiver();
    const { webhook, secret } = await ask(webhooksRpc.create, { url: outside.url });
    expect(await ask(webhooksRpc.test, { id: webhook.id })).toEqual({ ok: true, error: null });
    expect(typesOf(outside.told)).toEqual(['webhook.test']);
    expect(outside.told.every((one) => isSigned(one, secret))).toBe(true);
    outside.answers({ status: 302, headers: { location: elsewhere.url } });
    const tried = await ask(webhooksRpc.test, { id: webhook.id });
    expect(tried).toMatchObject({ ok: false, error: expect.stringContaining('redirect') as string });
    expect(JSON.stringify(tried)).not.toContain('stranger');
    expect(elsewhere.told).toEqual([]);
    await ask(webhooksRpc.remove, { id: webhook.id });
    await expect(ask(webhooksRpc.test, { id: webhook.id })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('waits grow from seconds to hours, and end after a day', () => {
    expect([1, 2, 3, 9].map((attempts) => retryAfterMs(attempts, 0))).toEqual([
      10_000, 30_000, 90_000, 21_600_000,
    ]);
    expect(retryAfterMs(5, 24 * 3_600_000)).toBeNull();
  });
});

describe(verifies(['S2', 'S4'], 'what a webhook must not do'), () => {
  test.each([
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
  ])('%s is never called', async (url) => {
    await expect(ask(webhooksRpc.create, { url })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'url',
    });
  });

  test('its secret lies sealed in the database and is told once', async () => {
    await using outside = await receiver();
    const { secret } = await ask(webhooksRpc.create, { url: outside.url });
    const rows = await on.db.selectFrom('webhook').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6, 30));
    expect(JSON.stringify(await ask(webhooksRpc.list, {}))).not.toContain(secret.slice(6, 30));
  });
});
