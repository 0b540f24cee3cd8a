import { existsSync } from 'node:fs';
import { connectNats, ensureStream } from '@gaze/runtime';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  eventually,
  startNats,
  startPostgres,
  tempDir,
  testDatabase,
  testLog,
  verifies,
} from '../src/index.ts';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('testDatabase', () => {
  const options = {
    name: 'testing_parts',
    prepare: async (url: string) => {
      await ask(url, 'CREATE TABLE note (text text)');
      await ask(
        url,
        'CREATE TABLE once (at timestamptz DEFAULT clock_timestamp()); INSERT INTO once DEFAULT VALUES',
      );
    },
  };

  test('gives databases that do not see each other, from a template that is prepared once', async () => {
    const databases = await Promise.all([
      testDatabase(options),
      testDatabase(options),
      testDatabase(options),
    ]);
    await using first = databases[0];
    await using second = databases[1];
    await using third = databases[2];
    await ask(first.url, "INSERT INTO note VALUES ('mine')");
    expect(await ask(second.url, 'SELECT text FROM note')).toEqual([]);
    expect(await ask(third.url, 'SELECT at FROM once')).toEqual(await ask(first.url, 'SELECT at FROM once'));
  });

  test('drops its database at the end, open connections or not', async () => {
    const database = await testDatabase(options);
    const client = new pg.Client({ connectionString: database.url });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database[Symbol.asyncDispose]();
    await cut;
    await expect(ask(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});

test('a preparation that fails leaves nothing half-made behind', async () => {
  const name = 'testing_broken';
  const broken = testDatabase({ name, prepare: () => Promise.reject(new Error('no migration today')) });
  await expect(broken).rejects.toThrow('no migration today');
  await using whole = await testDatabase({
    name,
    prepare: async (url) => {
      await ask(url, 'CREATE TABLE whole ()');
    },
  });
  expect(await ask(whole.url, 'SELECT count(*)::int AS n FROM whole')).toEqual([{ n: 0 }]);
});

test(
  verifies('start.postgres-recovers', 'a killed PostgreSQL comes back with everything that was committed'),
  async () => {
    await using server = await startPostgres({ durable: true });
    await ask(server.url, "CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')");
    await server.kill();
    await expect(ask(server.url, 'SELECT 1')).rejects.toThrow();
    await server.start();
    expect(await ask(server.url, 'SELECT text FROM note')).toEqual([{ text: 'kept' }]);
    await server.stop();
    await server.start();
    expect(await ask(server.url, "SELECT lower('ÄÉ') AS lower")).toEqual([{ lower: 'äé' }]);
  },
);

describe('startNats', () => {
  test('keeps its store through a kill and loses it in a wipe', async () => {
    await using server = await startNats();
    const nats = await connectNats({ url: server.url, name: 'test', log: testLog() });
    try {
      const stream = () => ensureStream(nats.nc, { name: 'NOTES', subjects: ['notes.*'] });
      const made = await stream();
      nats.nc.publish('notes.1', 'kept');
      await eventually(async () => expect((await stream()).state.messages).toBe(1));
      // A question that is asked before the client has noticed waits for its deadline.
      const reconnected = (): Promise<void> => eventually(() => expect(nats.notReady()).toBeNull());
      await server.kill();
      await eventually(() => expect(nats.notReady()).not.toBeNull());
      await server.start();
      await reconnected();
      const after = await eventually(stream);
      expect([after.created, after.state.messages]).toEqual([made.created, 1]);
      await server.stop();
      await eventually(() => expect(nats.notReady()).not.toBeNull());
      await server.wipe();
      await reconnected();
      const anew = await eventually(stream);
      expect(anew.created).not.toBe(made.created);
      expect(anew.state.messages).toBe(0);
    } finally {
      await nats.close();
    }
  });
});

describe('the small ones', () => {
  test('eventually gives the value, or the last failure with the time it took', async () => {
    let calls = 0;
    expect(await eventually(() => (++calls < 3 ? Promise.reject(new Error('not yet')) : calls))).toBe(3);
    const never = eventually(() => Promise.reject(new Error('never')), { timeoutMs: 60, everyMs: 10 });
    await expect(never).rejects.toThrow(/never\n\(still so after 60 ms\)/);
  });

  test('a temporary folder goes with its scope', async () => {
    let path: string;
    {
      await using dir = await tempDir();
      path = dir.path;
      expect(existsSync(path)).toBe(true);
    }
    expect(existsSync(path)).toBe(false);
  });

  test('a requirement stands in the name of its test', () => {
    expect(verifies(['R1', 'R2'], 'nothing is lost')).toBe('[R1, R2] nothing is lost');
  });
});
