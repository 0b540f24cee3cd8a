import { access, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { catalogRpc, hostRpc, ledgerRpc } from '@gaze/contracts';
import { callRpc, connectNats } from '@gaze/runtime';
import { eventually, startNats, startPostgres, tempDir, testLog, verifies } from '@gaze/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDb } from '../../src/db/connect.ts';
import type { CatalogProcess } from '../support/process.ts';
import { catalogProcess } from '../support/process.ts';
import type { DataFolder } from '../support/files.ts';
import { dataFolder } from '../support/files.ts';

const shippedData = path.resolve(import.meta.dirname, '../../../../data');

/** Everything that a catalog needs around it, for one test. */
async function surroundings() {
  const folder = await tempDir();
  const postgres = await startPostgres({ durable: true });
  const nats = await startNats();
  const bus = await connectNats({ url: nats.url, name: 'asker', log: testLog() });
  const data: DataFolder = dataFolder(path.join(folder.path, 'data'));
  await mkdir(data.path);
  await cp(path.join(shippedData, 'workflows'), path.join(data.path, 'workflows'), { recursive: true });
  for (let i = 0; i < 300; i++) await data.put('scenes', `scene_${i}.json`, { scene_id: `scene_${i}` });
  const start = (): Promise<CatalogProcess> =>
    catalogProcess({
      DATABASE_URL: postgres.url,
      NATS_URL: nats.url,
      DATA_DIR: data.path,
      UPLOADS_DIR: path.join(folder.path, 'uploads'),
    });
  const total = async (): Promise<number> =>
    (await callRpc(bus.nc, catalogRpc.libraryFacets, { category: 'scenes' })).total;
  return {
    ...{ postgres, nats, data, start, total, nc: bus.nc },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await nats[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

let around: Awaited<ReturnType<typeof surroundings>>;
beforeAll(async () => {
  around = await surroundings();
});
afterAll(() => around[Symbol.asyncDispose]());

const marker = (): Promise<boolean> =>
  access(path.join(around.data.path, '.gaze-data')).then(
    () => true,
    () => false,
  );

test('the first start makes the database, marks the data folder, takes the files over and answers', async () => {
  await using catalog = await around.start();
  await catalog.ready();
  expect(await around.total()).toBe(300);
  expect(await marker()).toBe(true);
  catalog.signal('SIGTERM');
  expect(await catalog.exited).toBe(0);
});

test('every question of the contracts has somebody who answers it', async () => {
  await using catalog = await around.start();
  await catalog.ready();
  const contracts: { subject: string }[] = [catalogRpc, ledgerRpc, hostRpc].flatMap((group) =>
    Object.values<{ subject: string }>(group),
  );
  for (const { subject } of contracts) {
    const reply = await around.nc.request(subject, 'no envelope', { timeout: 5000 });
    expect(reply.json(), subject).toMatchObject({ error: { code: 'malformed_request' } });
  }
});

test('a later start is quick, reads no unchanged file, and makes no marker', async () => {
  await rm(path.join(around.data.path, '.gaze-data'));
  await around.data.remove('scenes', 'scene_0.json');
  await using catalog = await around.start();
  await catalog.ready();
  expect(await around.total()).toBe(300);
  expect(await marker()).toBe(false);
  expect(catalog.log()).toContain('may not be mounted');
  const took = /"scanMs":(\d+)/.exec(catalog.log());
  expect(Number(took?.[1])).toBeLessThan(1000);
  await around.data.put('scenes', 'scene_0.json', { scene_id: 'scene_0' });
});

test('a second catalog waits, and takes over when the first is killed', async () => {
  await using first = await around.start();
  await first.ready();
  await using second = await around.start();
  await eventually(
    async () =>
      expect(await second.waiting()).toEqual(['Another catalog is active; this one waits for its end.']),
    { timeoutMs: 20_000 },
  );
  first.signal('SIGKILL');
  await first.exited;
  await second.ready();
  expect(await around.total()).toBe(300);
});

test('a waiting catalog ends at once when it is told to', async () => {
  await using first = await around.start();
  await first.ready();
  await using second = await around.start();
  await eventually(async () => expect(await second.waiting()).toHaveLength(1), { timeoutMs: 20_000 });
  second.signal('SIGTERM');
  expect(await second.exited).toBe(0);
  expect(await first.waiting()).toBeNull();
});

test(
  verifies(
    'R4',
    'a database that goes takes the catalog along; the next one waits for it without crashing, and answers',
  ),
  async () => {
    await using first = await around.start();
    await first.ready();
    const token = (await callRpc(around.nc, catalogRpc.eventsSince, { token: null })).token;
    await callRpc(around.nc, catalogRpc.settingsSet, { default_checkpoint: 'kept.safetensors' });
    await around.postgres.stop();
    expect(await first.exited).toBe(1);
    expect(first.log()).toContain('The catalog starts again.');
    await expect(callRpc(around.nc, catalogRpc.settingsGet, {})).rejects.toMatchObject({
      code: 'unavailable',
    });

    await using second = await around.start();
    await eventually(async () => expect(await second.waiting()).toEqual(['The database does not answer.']), {
      timeoutMs: 20_000,
    });
    await around.postgres.start();
    await second.ready();
    expect(await callRpc(around.nc, catalogRpc.settingsGet, {})).toMatchObject({
      default_checkpoint: 'kept.safetensors',
    });
    // Who stood at a token before hears what happened, and nothing twice.
    const since = await callRpc(around.nc, catalogRpc.eventsSince, { token });
    expect(since.known).toBe(true);
    expect(since.events.map(({ event }) => event)).toContainEqual({
      type: 'setting.changed',
      key: 'default_checkpoint',
      value: 'kept.safetensors',
    });
  },
);

test(
  verifies('R14', 'a dropped database is made anew from the files, and old event tokens are unknown in it'),
  async () => {
    await using first = await around.start();
    await first.ready();
    const { token } = await callRpc(around.nc, catalogRpc.eventsSince, { token: null });
    first.signal('SIGTERM');
    await first.exited;
    const { db, pool } = connectDb({ url: around.postgres.url, log: testLog() });
    await pool.query('DROP SCHEMA public CASCADE');
    await pool.query('CREATE SCHEMA public');
    await db.destroy();
    await pool.end();

    await using second = await around.start();
    await second.ready();
    expect(await around.total()).toBe(300);
    expect(await callRpc(around.nc, catalogRpc.eventsSince, { token })).toMatchObject({ known: false });
  },
);
