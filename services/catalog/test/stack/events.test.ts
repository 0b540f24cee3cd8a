import type { GazeEvent, NumberedEvent } from '@gaze/contracts';
import { catalogRpc, subjects, NumberedEvent as NumberedEventSchema } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { eventually, testLog } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/connect.ts';
import { buildEvents } from '../../src/events/events.ts';
import { eventsSince, pruneEvents } from '../../src/events/stored.ts';
import { testBus } from '../support/bus.ts';
import { catalogDatabase } from '../support/database.ts';

const event = (n: number | string): GazeEvent => ({ type: 'setting.changed', key: 'n', value: n });
const valueOf = ({ event: told }: NumberedEvent): unknown =>
  told.type === 'setting.changed' ? told.value : undefined;
const sequenceOf = ({ token }: NumberedEvent): number => Number(token.split(':')[1]);

function relay(db: Db) {
  const told: NumberedEvent[] = [];
  const events = buildEvents({ db, publish: (numbered) => told.push(numbered), log: testLog() });
  return { events, told };
}

describe('numbers', () => {
  test('are given after the commit, without gaps, in the order in which changes became visible', async () => {
    await using database = await catalogDatabase();
    const { db } = database;
    const { events, told } = relay(db);
    let commitSlow: () => void = () => undefined;
    const mayCommit = new Promise<void>((resolve) => (commitSlow = resolve));
    let wrote: () => void = () => undefined;
    const hasWritten = new Promise<void>((resolve) => (wrote = resolve));
    const slow = db.transaction().execute(async (trx) => {
      await events.emit(trx, event('slow, written first'));
      wrote();
      await mayCommit;
    });
    await hasWritten;
    await events.emit(db, event('fast, written second'));
    events.wake();
    await eventually(() => expect(told.map(valueOf)).toEqual(['fast, written second']));
    commitSlow();
    await slow;
    events.wake();
    await eventually(() =>
      expect(told.map(valueOf)).toEqual(['fast, written second', 'slow, written first']),
    );
    expect(told.map(sequenceOf)).toEqual([1, 2]);
    await events.stop();
  });

  test('leave out what was rolled back', async () => {
    await using database = await catalogDatabase();
    const { db } = database;
    const { events, told } = relay(db);
    const failing = db.transaction().execute(async (trx) => {
      await events.emit(trx, event('never'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await events.emit(db, event('happened'));
    events.wake();
    await eventually(() => expect(told.map(valueOf)).toEqual(['happened']));
    expect(told.map(sequenceOf)).toEqual([1]);
    await events.stop();
  });

  test('under many writers every event is told once, in order, without gaps', async () => {
    await using database = await catalogDatabase();
    const { db } = database;
    const { events, told } = relay(db);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; i < 100; i++) {
        await db.transaction().execute((trx) => events.emit(trx, event(writer * 1000 + i)));
        events.wake();
      }
    });
    await Promise.all(writers);
    await eventually(() => expect(told).toHaveLength(800));
    expect(told.map(sequenceOf)).toEqual(Array.from({ length: 800 }, (_, i) => i + 1));
    for (let writer = 0; writer < 8; writer++) {
      const own = told.map(valueOf).filter((n) => Math.floor(Number(n) / 1000) === writer);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
    await events.stop();
  });

  test('go on after a restart, also when everything old was forgotten', async () => {
    await using database = await catalogDatabase();
    const { db } = database;
    const first = relay(db);
    for (let i = 0; i < 5; i++) await first.events.emit(db, event(i));
    first.events.wake();
    await eventually(() => expect(first.told).toHaveLength(5));
    await first.events.stop();
    await db
      .updateTable('event')
      .set({ created_at: new Date(0) })
      .execute();
    await pruneEvents(db);

    const second = relay(db);
    await second.events.emit(db, event('next'));
    second.events.start();
    await eventually(() => expect(second.told.map(sequenceOf)).toEqual([5, 6]));
    expect(second.told.map((numbered) => numbered.token.split(':')[0])).toEqual(
      Array(2).fill(first.told[0]?.token.split(':')[0]),
    );
    await second.events.stop();
  });

  test('a row that nobody announced is found', async () => {
    await using database = await catalogDatabase();
    const { events, told } = relay(database.db);
    events.start();
    await events.emit(database.db, event('quiet'));
    await eventually(() => expect(told.map(valueOf)).toEqual(['quiet']));
    await events.stop();
  });
});

describe('catching up', () => {
  async function tenTold() {
    const database = await catalogDatabase();
    const { events, told } = relay(database.db);
    for (let i = 1; i <= 10; i++) await events.emit(database.db, event(i));
    events.wake();
    await eventually(() => expect(told).toHaveLength(10));
    await events.stop();
    const tokenAt = (n: number) => (told[0]?.token ?? '').replace(/:1$/, `:${n}`);
    return { db: database.db, told, tokenAt, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
  }

  test('without a token one learns where the numbers stand', async () => {
    await using on = await tenTold();
    expect(await eventsSince(on.db, null, 500)).toEqual({
      known: true,
      token: on.tokenAt(10),
      events: [],
      more: false,
    });
  });

  test('a known token gives all that followed, in pages', async () => {
    await using on = await tenTold();
    expect(await eventsSince(on.db, on.tokenAt(4), 500)).toEqual({
      known: true,
      token: on.tokenAt(10),
      events: on.told.slice(4),
      more: false,
    });
    const page = await eventsSince(on.db, on.tokenAt(4), 2);
    expect(page).toEqual({ known: true, token: on.tokenAt(6), events: on.told.slice(4, 6), more: true });
    expect(await eventsSince(on.db, on.tokenAt(10), 500)).toMatchObject({
      known: true,
      events: [],
      more: false,
    });
    expect(await eventsSince(on.db, on.tokenAt(0), 500)).toMatchObject({
      known: true,
      events: { length: 10 },
    });
  });

  test('tokens of another database, of the future, and nonsense are unknown', async () => {
    await using on = await tenTold();
    for (const token of [
      '0123abcd:4',
      on.tokenAt(11),
      'nonsense',
      '',
      `${on.tokenAt(1)}x`,
      on.tokenAt(1).replace(':', ':99999999999999999999'),
    ]) {
      expect(await eventsSince(on.db, token, 500)).toEqual({
        known: false,
        token: on.tokenAt(10),
        events: [],
        more: false,
      });
    }
  });

  test('a token from before what was forgotten is unknown, the oldest that is still whole is not', async () => {
    await using on = await tenTold();
    await on.db
      .updateTable('event')
      .set({ created_at: new Date(0) })
      .where('sequence', '<=', 5)
      .execute();
    await pruneEvents(on.db);
    expect(await eventsSince(on.db, on.tokenAt(4), 500)).toMatchObject({ known: false });
    expect(await eventsSince(on.db, on.tokenAt(5), 500)).toMatchObject({
      known: true,
      events: { length: 5 },
    });
  });

  test('an answer stays small enough for the bus, and loses nothing', async () => {
    await using database = await catalogDatabase();
    const { db } = database;
    const { events, told } = relay(db);
    for (let i = 0; i < 6; i++) await events.emit(db, event(`${i}${'x'.repeat(250_000)}`));
    events.wake();
    await eventually(() => expect(told).toHaveLength(6));
    await events.stop();
    const start = (told[0]?.token ?? '').replace(/:1$/, ':0');
    const first = await eventsSince(db, start, 500);
    expect(first).toMatchObject({ more: true, events: { length: 2 } });
    const found = [...first.events];
    for (let page = first; page.more;) {
      page = await eventsSince(db, page.token, 500);
      found.push(...page.events);
    }
    expect(found).toEqual(told);
  });

  test('what an older version wrote in another shape does not stop the rest', async () => {
    await using on = await tenTold();
    await sql`UPDATE event SET payload = '{"type":"no.longer.known"}' WHERE sequence = 7`.execute(on.db);
    const since = await eventsSince(on.db, on.tokenAt(5), 500);
    expect(since.events.map(sequenceOf)).toEqual([6, 8, 9, 10]);
  });
});

test('events are pushed on the bus and caught up over it', async () => {
  await using bus = await testBus();
  await using database = await catalogDatabase();
  const { db } = database;
  const heard: NumberedEvent[] = [];
  bus.asker.subscribe(subjects.events, {
    callback: (_error, message) => void heard.push(NumberedEventSchema.parse(message.json())),
  });
  await bus.asker.flush();
  const events = buildEvents({
    db,
    publish: (numbered) => bus.nc.publish(subjects.events, JSON.stringify(numbered)),
    log: testLog(),
  });
  events.serve(bus.nc);
  events.start();
  await bus.nc.flush();
  const { token } = await callRpc(bus.asker, catalogRpc.eventsSince, { token: null });
  await events.emit(db, event('told'));
  events.wake();
  await eventually(() => expect(heard.map(valueOf)).toEqual(['told']));
  expect(await callRpc(bus.asker, catalogRpc.eventsSince, { token })).toMatchObject({
    known: true,
    events: heard,
    more: false,
  });
  events.tellNewest();
  await eventually(() => expect(heard.map(valueOf)).toEqual(['told', 'told']));
  expect(heard[1]).toEqual(heard[0]);
  await events.stop();
});
