import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { ImageQuery, Sidecar, catalogRpc, gridThumbWidth } from '@gaze/contracts';
import { checkImage, insertPngText, readAll, thumbKey } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import { eventually, testLog } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { listImages } from '../../src/images/list.ts';
import { writeDueSidecars } from '../../src/images/sidecars.ts';
import { testBus } from '../support/bus.ts';
import { picture } from '../support/files.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob, generationRecord, storePicture } from '../support/pictures.ts';

const owner = { category: 'characters', slug: 'elke' } as const;

const sidecarOf = async (on: TestLibrary, key: string) =>
  Sidecar.parse(JSON.parse((await readAll(on.store, `${key}.json`)).toString()));

describe('a finished job', () => {
  test('gives rows, events, sidecars and thumbnails', async () => {
    await using on = await testLibrary();
    await on.data.put('characters', 'elke.json', { character_id: 'elke', character_name: 'Elke' });
    await on.library.scan('characters');
    await on.takeEvents();
    const { jobId, views } = await completeJob(on, { owner, count: 2, isNsfw: true });
    expect(views).toMatchObject(
      [0, 1].map((i) => ({
        id: `${jobId}-1-${i}`,
        owner: { ...owner, name: 'Elke' },
        seed: 42,
        host: 'studio',
        is_nsfw: true,
        job_id: jobId,
        is_favourite: false,
        rating: null,
      })),
    );
    expect(await on.takeEvents()).toEqual(views.map((image) => ({ type: 'image.created', image })));
    on.images.wake();
    for (const view of views) {
      await eventually(async () =>
        expect(await sidecarOf(on, view.key)).toMatchObject({
          is_nsfw: true,
          is_favourite: false,
          generation: { job_id: jobId, seed: 42 },
        }),
      );
    }
    await eventually(async () => {
      const rows = await on.db.selectFrom('image').select(['sha256', 'sidecar_written']).execute();
      expect(rows.map((row) => row.sidecar_written)).toEqual([true, true]);
      for (const row of rows)
        expect(await checkImage(await readAll(on.store, thumbKey(row.sha256, gridThumbWidth)))).toMatchObject(
          { format: 'webp' },
        );
    });
    const byJob = await on.images.viewsForJobs(on.db, [jobId, 'unknown']);
    expect(byJob.get(jobId)?.map((view) => view.id)).toEqual(views.map((view) => view.id));
    expect(byJob.get('unknown')).toEqual([]);
  });

  test('what a crash between commit and sidecar left is caught up at the next start', async () => {
    await using on = await testLibrary();
    const { views } = await completeJob(on);
    on.images.start();
    await eventually(async () =>
      expect(await sidecarOf(on, views[0]?.key ?? '')).toMatchObject({ is_favourite: false }),
    );
  });

  test('a picture whose sidecar cannot be written does not hold up the others', async () => {
    await using on = await testLibrary();
    const first = await completeJob(on, { owner });
    const second = await completeJob(on, { owner: { category: 'scenes', slug: 'pier' } });
    const [stuck, fine] = [first, second].map(({ views }) => views[0]?.key ?? '') as [string, string];
    // A folder where the sidecar belongs.
    await mkdir(path.join(on.storeRoot, `${stuck}.json`));
    await expect(writeDueSidecars({ db: on.db, store: on.store, log: testLog() })).rejects.toThrow();
    expect(await sidecarOf(on, fine)).toMatchObject({ is_favourite: false });
    const due = await on.db.selectFrom('image').select('key').where('sidecar_written', '=', false).execute();
    expect(due).toEqual([{ key: stuck }]);
  });
});

describe('flags', () => {
  async function served() {
    const bus = await testBus();
    const on = await testLibrary();
    on.images.serve(bus.nc);
    await bus.nc.flush();
    return {
      ...{ on, ask: bus.asker },
      async [Symbol.asyncDispose]() {
        await bus[Symbol.asyncDispose]();
        await on[Symbol.asyncDispose]();
      },
    };
  }

  test('are kept, told, and reach the sidecar, whose other keys stay', async () => {
    await using house = await served();
    const { on } = house;
    const { views } = await completeJob(on);
    const { id: image_id, key } = views[0] ?? { id: '', key: '' };
    await on.takeEvents();
    await on.store.put(`${key}.json`, Buffer.from('{"note": "by hand", "is_favourite": false}'));
    const changed = await callRpc(house.ask, catalogRpc.imagesFlags, {
      image_id,
      is_favourite: true,
      rating: 4,
    });
    expect(changed).toMatchObject({
      is_favourite: true,
      is_nsfw: false,
      rating: 4,
      generation: { seed: 42 },
    });
    expect(await on.takeEvents()).toMatchObject([
      { type: 'image.changed', image: { id: image_id, rating: 4 } },
    ]);
    await eventually(async () =>
      expect(await sidecarOf(on, key)).toMatchObject({ note: 'by hand', is_favourite: true, rating: 4 }),
    );
    await callRpc(house.ask, catalogRpc.imagesFlags, { image_id, rating: null, is_nsfw: true });
    await eventually(async () =>
      expect(await sidecarOf(on, key)).toMatchObject({ is_favourite: true, is_nsfw: true, rating: null }),
    );
    expect(await callRpc(house.ask, catalogRpc.imagesGet, { image_id })).toMatchObject({
      is_nsfw: true,
      rating: null,
    });
  });

  test('of a picture that is not there are refused', async () => {
    await using house = await served();
    const notThere = { code: 'not_found', field: 'image_id' };
    await expect(
      callRpc(house.ask, catalogRpc.imagesFlags, { image_id: 'none', is_favourite: true }),
    ).rejects.toMatchObject(notThere);
    await expect(callRpc(house.ask, catalogRpc.imagesGet, { image_id: 'none' })).rejects.toMatchObject(
      notThere,
    );
    expect(await house.on.takeEvents()).toEqual([]);
  });

  test('a sidecar that holds no JSON is written anew', async () => {
    await using house = await served();
    const { views } = await completeJob(house.on);
    const key = views[0]?.key ?? '';
    await house.on.store.put(`${key}.json`, Buffer.from('{ half'));
    house.on.images.wake();
    await eventually(async () =>
      expect(await sidecarOf(house.on, key)).toMatchObject({ is_favourite: false }),
    );
  });
});

describe('lists', () => {
  type Asked = Partial<z.input<typeof ImageQuery>>;
  const ids = async (on: TestLibrary, query: Asked = {}): Promise<string[]> =>
    (await listImages(on.db, ImageQuery.parse(query))).items.map((image) => image.id);

  test('newest first, in pages that neither skip nor repeat', async () => {
    await using on = await testLibrary();
    const jobs: string[] = [];
    for (let i = 0; i < 5; i++)
      jobs.push(...(await completeJob(on, { count: 2 })).views.map((view) => view.id));
    const expected = [];
    for (let i = 8; i >= 0; i -= 2) expected.push(jobs[i + 1], jobs[i]);
    expect(await ids(on)).toEqual(expected);
    const walked: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await listImages(on.db, ImageQuery.parse({ limit: 3, cursor }));
      walked.push(...page.items.map((image) => image.id));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
      await completeJob(on);
    }
    expect(walked).toEqual(expected);
    await expect(ids(on, { cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
  });

  test('by owner, checkpoint, favourite and NSFW', async () => {
    await using on = await testLibrary();
    const first = (await completeJob(on, { owner, isNsfw: true })).views[0]?.id;
    const second = (
      await completeJob(on, {
        owner: { category: 'scenes', slug: 'elke' },
        record: { checkpoint: 'other.safetensors' },
      })
    ).views[0]?.id;
    await on.db
      .updateTable('image')
      .set({ is_favourite: true })
      .where('id', '=', second ?? '')
      .execute();
    expect(await ids(on, owner)).toEqual([first]);
    expect(await ids(on, { category: 'scenes' })).toEqual([second]);
    expect(await ids(on, { checkpoint: 'other.safetensors' })).toEqual([second]);
    expect(await ids(on, { favourite: true })).toEqual([second]);
    expect(await ids(on, { favourite: false })).toEqual([first]);
    expect(await ids(on, { nsfw: 'nsfw' })).toEqual([first]);
    expect(await ids(on, { nsfw: 'sfw' })).toEqual([second]);
  });
});

describe('what an attempt stored before it could say so', () => {
  const folder = 'characters/elke';
  const key = (job: string, i: number): string => `${folder}/gen_${job}_1_${i}.png`;

  test('is found whole, in its order', async () => {
    await using on = await testLibrary();
    const record = generationRecord({ pictures: 11 });
    const stored = [];
    for (let i = 0; i < 11; i++) stored.push(await storePicture(on.store, key(record.job_id, i), record));
    await on.store.put(`${key(record.job_id, 0)}.json`, Buffer.from('{}'));
    expect(await on.images.findStored(folder, record.job_id, 1)).toEqual({ images: stored, record });
    expect(await on.images.findStored(folder, record.job_id, 2)).toBeNull();
    expect(await on.images.findStored('elsewhere', record.job_id, 1)).toBeNull();
  });

  test('half a set, a cut picture and another attempt’s picture do not count', async () => {
    await using on = await testLibrary();
    const half = generationRecord({ pictures: 2 });
    await storePicture(on.store, key(half.job_id, 0), half);
    expect(await on.images.findStored(folder, half.job_id, 1)).toBeNull();

    const cut = generationRecord();
    const whole = insertPngText(await picture('png', 256), { gaze: JSON.stringify(cut) });
    await on.store.put(key(cut.job_id, 0), whole.subarray(0, whole.length - 40));
    expect(await on.images.findStored(folder, cut.job_id, 1)).toBeNull();

    const bare = generationRecord();
    await on.store.put(key(bare.job_id, 0), await picture('png'));
    expect(await on.images.findStored(folder, bare.job_id, 1)).toBeNull();

    const foreign = generationRecord();
    await storePicture(on.store, key('another', 0), foreign);
    expect(await on.images.findStored(folder, 'another', 1)).toBeNull();
  });
});
