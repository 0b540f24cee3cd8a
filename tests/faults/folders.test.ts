import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogRpc } from '@gaze/contracts';
import type { Client } from '@gaze/client';
import { buildClient } from '@gaze/client';
import { callRpc } from '@gaze/runtime';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';

const owner = 'elke_marrow';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ pictures: 'disk' });
  const client = clientOf(stack);
  const { jobs } = await client.entities.generate('characters', owner, {});
  const { images } = await ended(client, jobs[0]?.id ?? '');
  const [image] = images;
  if (image === undefined) throw new Error('The job left no picture.');
  await client.images.setFlags(image.id, { is_favourite: true, rating: 4 });
  // Sidecars are written behind the rows.
  await eventually(async () =>
    expect(JSON.parse(await readFile(join(stack.uploadsDir, `${image.key}.json`), 'utf8'))).toMatchObject({
      ...{ is_favourite: true, rating: 4 },
    }),
  );
});
afterAll(() => stack.stop());

/** All that a person sees of what lives in files. */
async function shown(client: Client): Promise<unknown> {
  const { items } = await client.images.list();
  return {
    counts: await client.library.counts(),
    entry: (await client.entities.get('characters', owner)).data,
    pictures: items.map(({ id, is_favourite, rating, seed, width, height }) => ({
      ...{ id, is_favourite, rating, seed, width, height },
    })),
  };
}

async function catalogAnswers(client: Client): Promise<void> {
  await eventually(async () => expect((await client.library.counts()).counts).toBeDefined(), {
    timeoutMs: 60_000,
  });
}

test(
  verifies(
    'R13',
    'an empty folder in place of the data, in a house that runs and starts anew: nothing is hidden, nothing written, it says so, and all is well once the data is back',
  ),
  { timeout: 180_000 },
  async () => {
    const client = clientOf(stack);
    const before = await shown(client);
    await rename(stack.dataDir, `${stack.dataDir}-away`);
    await mkdir(stack.dataDir);
    for (const anew of [false, true]) {
      if (anew) {
        await stack.process('catalog').hold();
        await stack.process('catalog').resume();
        await catalogAnswers(client);
      }
      const { results } = await client.library.rescan();
      expect(results.map(({ removed }) => removed)).toEqual(results.map(() => 0));
      const characters = results.find(({ category }) => category === 'characters');
      expect(characters?.warning).toMatch(/may not be mounted|cannot be read/);
      const pictures = await client.images.rescan();
      expect(pictures).toMatchObject({
        missing: 0,
        warning: expect.stringContaining('Nothing was hidden') as string,
      });
      expect(await shown(client)).toEqual(before);
      const { findings } = await client.upkeep.doctor();
      expect(findings.find(({ check }) => check === 'marker')).toMatchObject({ state: 'fault' });
    }
    const left = await readdir(stack.dataDir, { recursive: true });
    expect(left.filter((name) => /\.(json|png)$|\.gaze-data/.test(name))).toEqual([]);

    await stack.process('catalog').hold();
    await rm(stack.dataDir, { recursive: true });
    await rename(`${stack.dataDir}-away`, stack.dataDir);
    await stack.process('catalog').resume();
    await catalogAnswers(client);
    const { results } = await client.library.rescan();
    for (const result of results) expect(result).toMatchObject({ removed: 0, warning: null });
    expect(await client.images.rescan()).toMatchObject({ added: 0, missing: 0, warning: null });
    expect(await shown(client)).toEqual(before);
  },
);

test(
  verifies(
    'R14',
    'the database is dropped under a house: entries, pictures and their flags are back from files',
  ),
  { timeout: 120_000 },
  async () => {
    const before = await shown(clientOf(stack));
    await stack.process('catalog').hold();
    const db = new pg.Client({ connectionString: stack.databaseUrl });
    await db.connect();
    await db.query('DROP SCHEMA public CASCADE');
    await db.query('CREATE SCHEMA public');
    await db.end();
    await stack.process('catalog').resume();
    const { secret } = await eventually(
      () => callRpc(stack.bus.nc, catalogRpc.keysCreate, { name: 'after', scopes: ['admin'] }),
      { timeoutMs: 60_000 },
    );
    const client = buildClient({ baseUrl: stack.url, apiKey: secret });
    await client.library.rescan();
    await client.images.rescan();
    expect(await shown(client)).toEqual(before);
    // Keys lived in the database alone: the old one opens nothing once its last proof is seconds old.
    await eventually(() => expect(clientOf(stack).library.counts()).rejects.toMatchObject({ status: 401 }), {
      timeoutMs: 15_000,
    });
  },
);
