import { readAll, thumbKey } from '@gaze/media';
import { gridThumbWidth } from '@gaze/contracts';
import { eventually, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { imagesByIds } from '../../../src/images/list.ts';
import { finishMoves } from '../../../src/images/trash.ts';
import { trashPath } from '../../../src/images/trash-files.ts';
import { testGallery } from '../../support/gallery.ts';
import type { TestGallery } from '../../support/gallery.ts';
import { completeJob } from '../../support/pictures.ts';

const owner = { category: 'characters', slug: 'elke' } as const;

/** A character whose cover is the second of her two pictures, sidecars and thumbnails written. */
async function withCover() {
  const gallery = await testGallery();
  const { on } = gallery;
  await on.data.put('characters', 'elke.json', { character_id: 'elke', character_name: 'Elke' });
  await on.library.scan('characters');
  const { views } = await completeJob(on, { owner, count: 2 });
  const [other, cover] = views as [(typeof views)[0], (typeof views)[0]];
  const { sha256 } = await on.db
    .selectFrom('image')
    .select('sha256')
    .where('id', '=', cover.id)
    .executeTakeFirstOrThrow();
  await on.db.updateTable('entity').set({ cover_key: cover.key, cover_sha256: sha256 }).execute();
  on.images.wake();
  await eventually(async () => expect(await on.store.exists(`${cover.key}.json`)).toBe(true));
  await eventually(async () => {
    const due = await on.db.selectFrom('image').select('id').where('sidecar_written', '=', false).execute();
    expect(due).toEqual([]);
  });
  await on.takeEvents();
  return { gallery, on, other, cover, sha256 };
}

const coverOf = ({ on }: TestGallery) =>
  on.db.selectFrom('entity').select(['cover_key', 'cover_sha256']).executeTakeFirstOrThrow();

describe(verifies('images.trash', 'the trash of pictures'), () => {
  test('shows a picture that was thrown away before it had a thumbnail', async () => {
    await using gallery = await testGallery();
    const { on } = gallery;
    const { views } = await completeJob(on, { owner });
    const { sha256 } = await on.db.selectFrom('image').select('sha256').executeTakeFirstOrThrow();
    expect(await on.store.exists(thumbKey(sha256, gridThumbWidth))).toBe(false);
    await gallery.ask('trash', { ids: views.map(({ id }) => id) });
    expect(await on.store.exists(thumbKey(sha256, gridThumbWidth))).toBe(true);
  });

  test('takes picture and sidecar along, clears the cover, and gives everything back', async () => {
    const { gallery, on, other, cover, sha256 } = await withCover();
    await using _ = gallery;
    const bytes = await readAll(on.store, cover.key);
    expect(await gallery.ask('trash', { ids: [cover.id] })).toEqual({
      results: [{ id: cover.id, image: null, problem: null }],
    });
    expect(await on.takeEvents()).toMatchObject([
      { type: 'entity.changed', entity: { slug: 'elke', cover: { kind: 'fallback' } } },
      { type: 'image.removed', image_id: cover.id },
    ]);
    expect((await imagesByIds(on.db, [other.id, cover.id])).map(({ id }) => id)).toEqual([other.id]);
    const inTrash = trashPath(cover.id, cover.key);
    expect(await on.store.exists(cover.key)).toBe(false);
    expect(await on.store.exists(`${cover.key}.json`)).toBe(false);
    expect((await readAll(on.store, inTrash)).equals(bytes)).toBe(true);
    expect(JSON.parse((await readAll(on.store, `${inTrash}.json`)).toString())).toMatchObject({
      generation: { seed: 42 },
      gaze_trash: { covers: [owner] },
    });
    expect(await coverOf(gallery)).toEqual({ cover_key: null, cover_sha256: null });
    const trashed = await gallery.ask('trashed', {});
    expect(trashed).toMatchObject({
      items: [{ id: cover.id, owner: { name: 'Elke' }, cover_of: [owner] }],
      next_cursor: null,
    });

    const { results } = await gallery.ask('restore', { ids: [cover.id] });
    expect(results).toMatchObject([{ id: cover.id, image: { key: cover.key, owner }, problem: null }]);
    expect((await readAll(on.store, cover.key)).equals(bytes)).toBe(true);
    expect(await coverOf(gallery)).toEqual({ cover_key: cover.key, cover_sha256: sha256 });
    expect((await on.takeEvents()).map(({ type }) => type)).toEqual(['image.created', 'entity.changed']);
    expect((await gallery.ask('trashed', {})).items).toEqual([]);
    await eventually(async () => {
      const sidecar = JSON.parse((await readAll(on.store, `${cover.key}.json`)).toString()) as object;
      expect(sidecar).toMatchObject({ generation: { seed: 42 } });
      expect(sidecar).not.toHaveProperty('gaze_trash');
    });
    expect((await on.store.list('.trash/')).keys).toEqual([]);
  });

  test('a cover that was chosen meanwhile stays, and a place that was taken is told', async () => {
    const { gallery, on, other, cover } = await withCover();
    await using _ = gallery;
    await gallery.ask('trash', { ids: [cover.id] });
    await on.db.updateTable('entity').set({ cover_key: other.key, cover_sha256: 'x' }).execute();
    await on.store.put(cover.key, Buffer.from('somebody else'));
    const { results } = await gallery.ask('restore', { ids: [cover.id] });
    expect(results).toMatchObject([{ image: null, problem: { code: 'conflict' } }]);
    expect((await readAll(on.store, cover.key)).toString()).toBe('somebody else');
    await on.store.delete(cover.key);
    expect((await gallery.ask('restore', { ids: [cover.id] })).results).toMatchObject([{ problem: null }]);
    expect((await coverOf(gallery)).cover_key).toBe(other.key);
  });

  test('purge removes files and thumbnails for good, and those of nobody else', async () => {
    const { gallery, on, other, cover, sha256 } = await withCover();
    await using _ = gallery;
    const thumb = thumbKey(sha256, gridThumbWidth);
    expect(await on.store.exists(thumb)).toBe(true);
    expect((await gallery.ask('purge', { ids: [cover.id] })).results).toMatchObject([
      { problem: { code: 'not_found' } },
    ]);
    await gallery.ask('trash', { ids: [cover.id, other.id] });
    expect((await gallery.ask('purge', { ids: [cover.id] })).results).toMatchObject([{ problem: null }]);
    expect((await on.store.list('.trash/')).keys).toEqual([
      trashPath(other.id, other.key),
      `${trashPath(other.id, other.key)}.json`,
    ]);
    expect(await on.store.exists(thumb)).toBe(false);
    expect((await gallery.ask('restore', { ids: [cover.id] })).results).toMatchObject([
      { problem: { code: 'not_found' } },
    ]);
    expect(await gallery.ask('emptyTrash', {})).toEqual({ purged: 1, left: 0 });
    expect((await on.store.list('')).keys).toEqual([]);
  });

  test('thumbnails stay while another picture has the same content', async () => {
    const { gallery, on, cover, sha256 } = await withCover();
    await using _ = gallery;
    await on.db.updateTable('image').set({ sha256 }).execute();
    await gallery.ask('trash', { ids: [cover.id] });
    await gallery.ask('purge', { ids: [cover.id] });
    expect(await on.store.exists(thumbKey(sha256, gridThumbWidth))).toBe(true);
  });

  test('a crash, or a store that is away, between row and file is caught up, and nothing comes back by itself', async () => {
    const { gallery, on, cover } = await withCover();
    await using _ = gallery;
    const { move } = on.store;
    on.store.move = () => Promise.reject(new Error('the disk is away'));
    expect((await gallery.ask('trash', { ids: [cover.id] })).results).toMatchObject([{ problem: null }]);
    expect(await on.store.exists(cover.key)).toBe(true);
    // The picture lies in the gallery still; a rescan must not take it for a new one.
    expect(await on.images.rescan()).toMatchObject({ added: 0, moved: 0 });
    on.store.move = move;
    const deps = { db: on.db, store: on.store, events: on.events, log: testLog() };
    await finishMoves(deps);
    expect(await on.store.exists(cover.key)).toBe(false);
    expect(await on.store.exists(trashPath(cover.id, cover.key))).toBe(true);
    // The other way: the file is back, its row is not yet.
    await on.store.move(trashPath(cover.id, cover.key), cover.key);
    expect((await gallery.ask('restore', { ids: [cover.id] })).results).toMatchObject([
      { image: { id: cover.id } },
    ]);
  });

  test('many at once: each has its own answer, ids that are not there too; pages of the trash', async () => {
    await using gallery = await testGallery();
    const { on } = gallery;
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(...(await completeJob(on)).views.map(({ id }) => id));
    const { results } = await gallery.ask('flags', {
      ids: [ids[0], 'none', ids[1]],
      is_favourite: true,
      rating: 4,
    });
    expect(results).toMatchObject([
      { id: ids[0], image: { is_favourite: true, rating: 4 }, problem: null },
      { id: 'none', image: null, problem: { code: 'not_found' } },
      { id: ids[1], image: { is_favourite: true }, problem: null },
    ]);
    await gallery.ask('trash', { ids });
    const first = await gallery.ask('trashed', { limit: 2 });
    const second = await gallery.ask('trashed', { limit: 2, cursor: first.next_cursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].reverse());
    expect(second.next_cursor).toBeNull();
    await expect(gallery.ask('trash', { ids: Array.from({ length: 201 }, String) })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
