import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImageQuery, gridThumbWidth } from '@gaze/contracts';
import { insertPngText, readAll, thumbKey } from '@gaze/media';
import { eventually, testLog, verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { listImages } from '../../../src/images/list.ts';
import { imageColumns } from '../../../src/images/rows.ts';
import { buildThumbBackfill } from '../../../src/images/thumbs.ts';
import { listTrashedImages } from '../../../src/images/trash.ts';
import { imageDetail } from '../../../src/images/views.ts';
import { comfyPrompt, foreignPicture, freshDatabaseOn, testGallery } from '../../support/gallery.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { completeJob, generationRecord, storePicture } from '../../support/pictures.ts';

const all = async (on: Pick<TestLibrary, 'db'>) =>
  (await listImages(on.db, ImageQuery.parse({ limit: 200 }))).items;
const counts = { added: 0, changed: 0, moved: 0, missing: 0, swept: 0, problems: [], warning: null };

/** Sidecars written, so that nothing is under way. */
async function settled(on: TestLibrary): Promise<void> {
  on.images.wake();
  await eventually(async () => {
    expect(
      await on.db.selectFrom('image').select('id').where('sidecar_written', '=', false).execute(),
    ).toEqual([]);
  });
}

describe(verifies('images.rescan', 'a rescan of the gallery'), () => {
  test('takes pictures over that ComfyUI, A1111, the Flask original or a hand put there', async () => {
    await using on = await testLibrary();
    await on.data.put('outfits', 'coat.json', {
      outfit_id: 'coat',
      outfit_name: 'Coat',
      tags: { nsfw: true },
    });
    await on.library.scan('outfits');
    const put = (key: string, bytes: Buffer | string) => on.store.put(key, Buffer.from(bytes));
    await put(
      'characters/elke/gen_1700000000.png',
      await foreignPicture({ prompt: comfyPrompt({ positive: 'a lantern', seed: 99 }) }),
    );
    await put(
      'characters/elke/gen_1700000000.png.json',
      '{"is_favourite": true, "is_nsfw": false, "mine": 1}',
    );
    await put(
      'clothing/coat/a.png',
      await foreignPicture({ parameters: 'a coat\nNegative prompt: bad\nSteps: 20, Seed: 5, Size: 64x64' }),
    );
    await put('outfits/coat/b.png', await foreignPicture());
    await put('outfits/coat/b.png.json', '{ half');
    await put('generator/mix/c.png', await foreignPicture());
    await put('loose.png', await foreignPicture());
    await put('presets/evening/strengths/d.png', await foreignPicture());
    // None of these is a picture of the gallery.
    await put('outfits/coat/cover_0123456789ab.webp', await foreignPicture());
    await put('characters/elke/notes.txt', 'x');
    await put('.staging/upload.png', await foreignPicture());
    await put('characters/elke/page.png', '<!doctype html>');
    const result = await on.images.rescan();
    expect(result).toEqual({
      ...{ ...counts, files: 7, added: 6 },
      problems: [{ key: 'characters/elke/page.png', message: 'This is not a PNG, JPEG or WebP picture.' }],
    });
    const byKey = Object.fromEntries((await all(on)).map((image) => [image.key, image]));
    expect(byKey['characters/elke/gen_1700000000.png']).toMatchObject({
      ...{ owner: { category: 'characters', slug: 'elke' }, is_favourite: true, is_nsfw: false, seed: 99 },
      ...{ checkpoint: 'Illustrious/paper.safetensors', width: 64, job_id: null },
    });
    expect(byKey['clothing/coat/a.png']).toMatchObject({
      owner: { category: 'outfits', slug: 'coat' },
      is_nsfw: true,
      seed: 5,
    });
    expect(byKey['outfits/coat/b.png']).toMatchObject({ is_nsfw: true, is_favourite: false });
    expect(byKey['generator/mix/c.png']?.owner).toBeNull();
    expect(byKey['loose.png']?.owner).toBeNull();
    expect(byKey['presets/evening/strengths/d.png']?.owner).toMatchObject({
      category: 'presets',
      slug: 'evening',
    });
    const detail = await imageDetail(on.db, byKey['clothing/coat/a.png']?.id ?? '');
    expect(detail).toMatchObject({
      generation: null,
      metadata: { source: 'a1111', positive: 'a coat', negative: 'bad' },
    });
    expect((await on.takeEvents()).filter(({ type }) => type === 'image.created')).toHaveLength(6);
    // What was put there is found by its words and its LoRA.
    const found = await listImages(on.db, ImageQuery.parse({ q: 'lant', lora: 'Looks/elke.safetensors' }));
    expect(found.items.map(({ key }) => key)).toEqual(['characters/elke/gen_1700000000.png']);
    // Nothing was written into people's folders, and a second look changes nothing.
    expect((await readAll(on.store, 'characters/elke/gen_1700000000.png.json')).toString()).toContain(
      '"mine": 1',
    );
    expect(await on.images.rescan()).toMatchObject({ added: 0, changed: 0, moved: 0, missing: 0 });
    expect(await on.takeEvents()).toEqual([]);
  });

  test('what a job stored and did not take is no picture; a day after its end it goes', async () => {
    await using on = await testLibrary();
    const record = generationRecord({ job_id: '0'.repeat(32) });
    const key = `characters/elke/gen_${record.job_id}_1_0.png`;
    await storePicture(on.store, key, record);
    expect(await on.images.rescan()).toMatchObject({ files: 1, added: 0, swept: 0 });
    await on.db.insertInto('batch').values({ id: 'b', kind: 'image', label: '', count: 1 }).execute();
    const job = (finished: string) =>
      on.db
        .insertInto('job')
        .values({
          ...{
            id: record.job_id,
            batch_id: 'b',
            ordinal: 0,
            kind: 'image',
            status: 'done',
            lane: 'batch',
            label: '',
          },
          ...{
            snapshot: '{}',
            template_hash: null,
            checkpoint: null,
            seed: null,
            host_id: null,
            reason: null,
          },
          ...{ owner_category: null, owner_slug: null, stream_incarnation: null, stream_sequence: null },
          finished_at: finished,
        })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ finished_at: finished }))
        .execute();
    await job(new Date().toISOString());
    expect(await on.images.rescan()).toMatchObject({ added: 0, swept: 0 });
    await job('2020-01-01T00:00:00Z');
    expect(await on.images.rescan()).toMatchObject({ added: 0, swept: 1 });
    expect(await on.store.exists(key)).toBe(false);
  });

  test('a file that is gone hides its picture; it comes back with its flags, at another place too', async () => {
    await using on = await testLibrary();
    const { views } = await completeJob(on, { owner: { category: 'characters', slug: 'elke' }, count: 2 });
    await settled(on);
    const [kept, gone] = views as [(typeof views)[0], (typeof views)[0]];
    await on.db.updateTable('image').set({ rating: 5 }).where('id', '=', gone.id).execute();
    await on.images.rescan();
    await on.takeEvents();
    const bytes = await readAll(on.store, gone.key);
    await on.store.delete(gone.key);
    expect(await on.images.rescan()).toEqual({ ...counts, files: 1, missing: 1 });
    expect(await on.takeEvents()).toEqual([{ type: 'image.removed', image_id: gone.id }]);
    expect((await all(on)).map(({ id }) => id)).toEqual([kept.id]);
    await on.store.put('looks/bex/found.png', bytes);
    expect(await on.images.rescan()).toMatchObject({ added: 0, moved: 1 });
    expect(await imageDetail(on.db, gone.id)).toMatchObject({
      key: 'looks/bex/found.png',
      rating: 5,
      owner: { category: 'looks', slug: 'bex' },
      generation: { seed: 42 },
    });

    // Moved while nobody looked: never missing at all.
    const from = path.join(on.storeRoot, kept.key);
    await mkdir(path.join(on.storeRoot, 'scenes/pier'), { recursive: true });
    await rename(from, path.join(on.storeRoot, 'scenes/pier/moved.png'));
    expect(await on.images.rescan()).toMatchObject({ added: 0, moved: 1, missing: 0 });
    expect(await imageDetail(on.db, kept.id)).toMatchObject({
      key: 'scenes/pier/moved.png',
      owner: { slug: 'pier' },
    });
  });

  test('other bytes under a known name, a touched file, an edited sidecar', async () => {
    await using on = await testLibrary();
    const key = 'characters/elke/a.png';
    await on.store.put(key, await foreignPicture({ parameters: 'first\nSteps: 1, Seed: 1' }));
    await on.images.rescan();
    const [before] = await all(on);
    const id = before?.id ?? '';
    await utimes(path.join(on.storeRoot, key), new Date(), new Date(Date.now() - 60_000));
    expect(await on.images.rescan()).toMatchObject({ changed: 0, added: 0 });
    await on.store.put(key, await foreignPicture({ parameters: 'second\nSteps: 1, Seed: 2' }, 128));
    expect(await on.images.rescan()).toMatchObject({ changed: 1, added: 0 });
    expect(await imageDetail(on.db, id)).toMatchObject({
      seed: 2,
      width: 128,
      metadata: { positive: 'second' },
    });
    expect((await listImages(on.db, ImageQuery.parse({ q: 'first' }))).items).toEqual([]);
    await on.store.put(`${key}.json`, Buffer.from('{"is_favourite": true, "is_nsfw": true, "rating": 3}'));
    expect(await on.images.rescan()).toMatchObject({ changed: 1 });
    expect(await imageDetail(on.db, id)).toMatchObject({ is_favourite: true, is_nsfw: true, rating: 3 });
    // A change in GAZE that is not on disk yet is newer than what lies there.
    await on.db.updateTable('image').set({ rating: 1, sidecar_written: false }).execute();
    await on.store.put(`${key}.json`, Buffer.from('{"is_favourite": false, "rating": 2}'));
    expect(await on.images.rescan()).toMatchObject({ changed: 0 });
    await settled(on);
    expect(JSON.parse((await readAll(on.store, `${key}.json`)).toString())).toMatchObject({
      rating: 1,
      is_favourite: true,
    });
    expect(await on.images.rescan()).toMatchObject({ changed: 0 });
  });

  test(verifies('R13', 'an uploads folder that is not mounted hides nothing'), async () => {
    await using on = await testLibrary();
    for (let i = 0; i < 25; i++) await completeJob(on);
    await settled(on);
    await rename(on.storeRoot, `${on.storeRoot}-away`);
    const result = await on.images.rescan();
    expect(result.warning).toContain('25 of 25 pictures are gone at once');
    expect(result.missing).toBe(0);
    expect(await all(on)).toHaveLength(25);
    await rename(`${on.storeRoot}-away`, on.storeRoot);
    expect(await on.images.rescan()).toMatchObject({ warning: null, missing: 0, added: 0 });
  });

  test(verifies('R13', 'nor does it in a young house that has a single picture'), async () => {
    await using on = await testLibrary();
    await completeJob(on);
    await settled(on);
    await rename(on.storeRoot, `${on.storeRoot}-away`);
    await mkdir(on.storeRoot);
    const result = await on.images.rescan();
    expect(result.warning).toContain('1 of 1 pictures are gone at once');
    expect(result.missing).toBe(0);
    expect(await all(on)).toHaveLength(1);
    await rm(on.storeRoot, { recursive: true });
    await rename(`${on.storeRoot}-away`, on.storeRoot);
    expect(await on.images.rescan()).toMatchObject({ warning: null, missing: 0, added: 0 });
  });

  test('many at once are told once', async () => {
    await using on = await testLibrary();
    const bytes = await foreignPicture();
    for (let i = 0; i < 60; i++) {
      await on.store.put(`scenes/pier/${i}.png`, insertPngText(bytes, { n: String(i) }));
    }
    expect(await on.images.rescan()).toMatchObject({ added: 60 });
    expect(await on.takeEvents()).toEqual([{ type: 'image.many' }]);
  });
});

describe(verifies('R14', 'after the loss of the database'), () => {
  test('pictures, flags, records and the trash are back from files and sidecars', async () => {
    await using gallery = await testGallery();
    const { on } = gallery;
    const owner = { category: 'characters', slug: 'elke' } as const;
    const { views } = await completeJob(on, {
      ...{ owner, count: 3, isNsfw: true },
      record: { job_id: 'a'.repeat(32), loras: [{ name: 'Looks\\elke.safetensors', weight: 1 }] },
    });
    await on.store.put(
      'scenes/pier/by hand.png',
      await foreignPicture({ parameters: 'pier\nSteps: 1, Seed: 1' }),
    );
    await on.images.rescan();
    const [first, second, third] = views as [(typeof views)[0], (typeof views)[0], (typeof views)[0]];
    await gallery.ask('flags', { ids: [first.id], is_favourite: true, rating: 4, is_nsfw: false });
    await settled(on);
    await gallery.ask('trash', { ids: [third.id] });
    const before = await all(on);
    const trashed = await gallery.ask('trashed', {});

    await using fresh = await freshDatabaseOn(on.storeRoot);
    expect(await fresh.images.rescan()).toMatchObject({ added: 3, problems: [] });
    const flags = ({ id, is_favourite, is_nsfw, rating, seed, owner: of }: (typeof before)[0]) => ({
      ...{ id, is_favourite, is_nsfw, rating, seed },
      owner: of && `${of.category}/${of.slug}`,
    });
    const sorted = (images: typeof before) => images.map(flags).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(sorted(await all(fresh))).toEqual(sorted(before));
    expect(await imageDetail(fresh.db, second.id)).toMatchObject({
      generation: { job_id: 'a'.repeat(32), seed: 42 },
      job_id: 'a'.repeat(32),
    });
    const lora = ImageQuery.parse({ lora: 'Looks/elke.safetensors' });
    expect((await listImages(fresh.db, lora)).items).toHaveLength(2);
    const { items } = await listTrashedImages(fresh.db, { limit: 10 });
    expect(items).toMatchObject([{ id: third.id, key: third.key, trashed_at: trashed.items[0]?.trashed_at }]);
    expect(await fresh.images.rescan()).toMatchObject({ added: 0, changed: 0, moved: 0, missing: 0 });
  });
});

describe(verifies('images.thumbs', 'thumbnails of pictures from outside'), () => {
  test('are made in the background, one by one, and stand back while people ask', async () => {
    await using on = await testLibrary();
    for (let i = 0; i < 4; i++) await on.store.put(`scenes/pier/${i}.png`, await foreignPicture());
    await on.images.rescan();
    const due = async () =>
      (await on.db.selectFrom('image').select('id').where('thumb_due', '=', true).execute()).length;
    // The rescan above woke the backfill of the library itself: let it finish, then make all due again.
    await eventually(async () => expect(await due()).toBe(0), { timeoutMs: 20_000 });
    const rows = await on.db.selectFrom('image').select('sha256').execute();
    for (const { sha256 } of rows) expect(await on.store.exists(thumbKey(sha256, gridThumbWidth))).toBe(true);
    // A second wake of it would make what this test leaves due.
    await on.images.stop();
    await on.db.updateTable('image').set({ thumb_due: true }).execute();
    let now = 0;
    const backfill = buildThumbBackfill({ db: on.db, store: on.store, log: testLog() }, () => now);
    const stopping = new AbortController();
    backfill.noteAsked();
    const running = backfill.run(stopping.signal);
    await eventually(async () => expect(await due()).toBe(3));
    // Somebody goes on asking: it waits for as long as the clock of this test stands still.
    now = 1000;
    await eventually(async () => expect(await due()).toBe(0));
    await running;
  });

  test('a picture that cannot be decoded holds nothing up', async () => {
    await using on = await testLibrary();
    const whole = await foreignPicture({}, 256);
    await mkdir(path.join(on.storeRoot, 'scenes/pier'), { recursive: true });
    await writeFile(path.join(on.storeRoot, 'scenes/pier/a.png'), whole.subarray(0, whole.length - 20));
    await on.store.put('scenes/pier/b.png', await foreignPicture());
    const { added } = await on.images.rescan();
    expect(added).toBeGreaterThanOrEqual(1);
    await eventually(async () => {
      const row = await on.db
        .selectFrom('image')
        .select('thumb_due')
        .where('key', '=', 'scenes/pier/b.png')
        .executeTakeFirst();
      expect(row?.thumb_due).toBe(false);
    });
  });
});

test('the list of columns that go into the trash and back is that of the table', async () => {
  await using on = await testLibrary();
  const { rows } = await sql<{ name: string }>`
    SELECT attname AS name FROM pg_attribute WHERE attrelid = 'image'::regclass AND attnum > 0 AND NOT attisdropped`.execute(
    on.db,
  );
  expect([...imageColumns].sort()).toEqual(rows.map(({ name }) => name).sort());
});
