import { catalogRpc } from '@gaze/contracts';
import type { Submission } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { workshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

type Entry = z.input<typeof Submission>;

const elke = { category: 'characters', slug: 'elke' } as const;
const keyed = (key: number, hash = 'h'): Pick<Entry, 'idempotency'> => ({
  idempotency: { principal: 'key:1', route: 'POST /batches', key: `night/${key}`, body_hash: hash },
});

async function submitMany(shop: Workshop, entries: Entry[]) {
  return (await shop.ask(catalogRpc.jobsSubmitMany, { entries })).entries;
}

async function stored(shop: Workshop) {
  return shop.on.db.selectFrom('job').select(['id', 'seed', 'batch_id']).orderBy('id').execute();
}

const idsOf = (entries: { job_ids: string[] }[]): string[] => entries.flatMap(({ job_ids }) => job_ids);

describe(verifies('api.queueing-many', 'a chunk of submissions'), () => {
  test('is queued in its order, each entry as a batch of its own', async () => {
    await using shop = await workshop();
    const entries = await submitMany(
      shop,
      Array.from({ length: 100 }, (_, seed) => ({
        recipe: { seed, owner: elke },
        count: seed === 7 ? 3 : 1,
      })),
    );
    expect(entries.map(({ error }) => error)).toEqual(Array.from({ length: 100 }, () => null));
    const jobs = await stored(shop);
    expect(jobs.map(({ id }) => id)).toEqual(idsOf(entries));
    expect(jobs).toHaveLength(102);
    expect(new Set(jobs.map((job) => job.batch_id)).size).toBe(100);
    expect(entries[7]?.job_ids).toHaveLength(3);
    expect(jobs.filter((job) => job.batch_id === entries[41]?.batch_id).map(({ seed }) => seed)).toEqual([
      41,
    ]);
  });

  test('refuses what cannot be and queues the rest', async () => {
    await using shop = await workshop();
    const entries = await submitMany(shop, [
      { recipe: { seed: 1 } },
      {
        recipe: {
          owner: { category: 'characters', slug: 'nobody' },
          parts: { characters: [{ slug: 'nobody' }] },
        },
      },
      { recipe: { seed: 2 } },
      { recipe: { checkpoint: 'no_such_checkpoint' } },
      { recipe: { seed: 3 } },
    ]);
    expect(entries.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      'not_found',
      null,
      'not_found',
      null,
    ]);
    expect(entries[1]).toMatchObject({ batch_id: null, job_ids: [] });
    expect((await stored(shop)).map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  test('refuses alone what the database cannot hold', async () => {
    await using shop = await workshop();
    const entries = await submitMany(shop, [
      { recipe: { seed: 1 } },
      { recipe: { seed: 2 }, label: 'a text with\u0000 nothing in it' },
      { recipe: { seed: 3 } },
    ]);
    expect(entries.map(({ error }) => error === null)).toEqual([true, false, true]);
    expect((await stored(shop)).map(({ id }) => id)).toEqual(idsOf(entries));
  });

  test('repeated with the same keys answers the same ids, also where only a part had come before', async () => {
    await using shop = await workshop();
    const night = (seeds: number[]): Entry[] =>
      seeds.map((seed) => ({ recipe: { seed }, count: 2, ...keyed(seed) }));
    const first = await submitMany(shop, night([0, 1, 2]));
    expect(await submitMany(shop, night([0, 1, 2]))).toEqual(first);
    const more = await submitMany(shop, night([0, 1, 2, 3]));
    expect(more.slice(0, 3)).toEqual(first);
    expect(await stored(shop)).toHaveLength(8);
    const [other, fresh] = await submitMany(shop, [
      { recipe: { seed: 9 }, ...keyed(0, 'another body') },
      { recipe: { seed: 4 }, ...keyed(4) },
    ]);
    expect(other?.error?.code).toBe('idempotency_mismatch');
    expect(fresh?.error).toBeNull();
  });

  test('sent twice at once, or with one key twice, is queued once', async () => {
    await using shop = await workshop();
    const night = Array.from({ length: 10 }, (_, seed) => ({ recipe: { seed }, ...keyed(seed) }));
    const [one, two] = await Promise.all([submitMany(shop, night), submitMany(shop, night)]);
    expect(one).toEqual(two);
    expect(await stored(shop)).toHaveLength(10);
    const same = { recipe: { seed: 77 }, ...keyed(77) };
    const [first, second] = await submitMany(shop, [same, same]);
    expect(first?.job_ids).toEqual(second?.job_ids);
    expect(await stored(shop)).toHaveLength(11);
  });

  test('with a label is one batch, and a repetition finds each entry’s own jobs in it', async () => {
    await using shop = await workshop();
    const batch = { id: 'gaps-of-elke', label: 'Gaps of Elke' };
    const run = [1, 2, 3].map((seed) => ({ recipe: { seed }, batch, ...keyed(seed) }));
    const first = await submitMany(shop, run);
    expect(new Set(idsOf(first)).size).toBe(3);
    expect(await shop.on.db.selectFrom('batch').select(['id', 'label', 'count']).execute()).toEqual([
      { ...batch, count: 3 },
    ]);
    expect(await submitMany(shop, run)).toEqual(first);
    await submitMany(shop, [{ recipe: { seed: 4 }, batch, ...keyed(4) }]);
    expect(await shop.on.db.selectFrom('batch').select('count').executeTakeFirst()).toEqual({ count: 4 });
  });
});
