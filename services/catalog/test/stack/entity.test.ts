import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogRpc } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import { eventually } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { cardOf } from '../../src/library/cards.ts';
import { testBus } from '../support/bus.ts';
import { picture } from '../support/files.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

/** A library that answers on a bus, with one character who has two outfits. */
async function served() {
  const bus = await testBus();
  const on = await testLibrary();
  await on.data.put('characters', 'elke.json', {
    ...{ character_id: 'elke', character_name: 'Elke' },
    wardrobe: { default: { top: 'shirt' }, winter: { top: 'coat' } },
  });
  await on.data.put('looks', 'night.json', { look_id: 'night', look_name: 'Night', character_id: 'elke' });
  await on.data.put('looks', 'other.json', { look_id: 'other', character_id: 'someone' });
  await on.library.scan();
  await on.takeEvents();
  on.library.serve(bus.nc);
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

const who = { category: 'characters', slug: 'elke' } as const;
const nobody = { category: 'characters', slug: 'nobody' } as const;

describe('over the bus', () => {
  test('a favourite is kept and told', async () => {
    await using house = await served();
    const card = await callRpc(house.ask, catalogRpc.entityFavourite, { ...who, favourite: true });
    expect(card.is_favourite).toBe(true);
    expect(await house.on.takeEvents()).toEqual([{ type: 'entity.changed', entity: card }]);
    await expect(
      callRpc(house.ask, catalogRpc.entityFavourite, { ...nobody, favourite: true }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await house.on.takeEvents()).toEqual([]);
  });

  test('the detail page shows fields, outfit, state, pictures and looks', async () => {
    await using house = await served();
    await callRpc(house.ask, catalogRpc.entityDefaults, { ...who, fields: ['wardrobe::top'] });
    await callRpc(house.ask, catalogRpc.entityOutfit, { ...who, outfit: 'winter' });
    const state = { companions: { looks: ['__random__'] }, seed: 9, extra_positive: 'rain' };
    expect(await callRpc(house.ask, catalogRpc.entityState, { ...who, state })).toEqual(state);
    await completeJob(house.on, { owner: who, count: 2 });
    const detail = await callRpc(house.ask, catalogRpc.entityGet, who);
    expect(detail).toMatchObject({
      default_fields: ['wardrobe::top'],
      active_outfit: 'winter',
      state,
      image_count: 2,
      filename: 'elke.json',
    });
    expect(detail.images).toHaveLength(2);
    expect(detail.looks.map((look) => look.slug)).toEqual(['night']);
    expect(detail.data).toMatchObject({ wardrobe: { winter: { top: 'coat' } } });
    const bytes = await readFile(house.on.data.file('characters', 'elke.json'));
    expect(detail.revision).toBe(createHash('sha256').update(bytes).digest('hex'));
    await expect(callRpc(house.ask, catalogRpc.entityGet, nobody)).rejects.toMatchObject({
      code: 'not_found',
      field: 'slug',
    });
  });

  test('an outfit that the character does not have is refused', async () => {
    await using house = await served();
    await expect(
      callRpc(house.ask, catalogRpc.entityOutfit, { ...who, outfit: 'toString' }),
    ).rejects.toMatchObject({ code: 'not_found', field: 'outfit' });
  });

  test('a page state with unknown keys is refused', async () => {
    await using house = await served();
    const state = { wrong: 1 } as object;
    await expect(callRpc(house.ask, catalogRpc.entityState, { ...who, state })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('a picture becomes the cover, and the cover can be taken away', async () => {
    await using house = await served();
    const { views } = await completeJob(house.on, { owner: who });
    await house.on.takeEvents();
    const image_id = views[0]?.id ?? '';
    const card = await callRpc(house.ask, catalogRpc.entityCover, { ...who, image_id });
    expect(card.cover).toEqual({ kind: 'own', url: views[0]?.url, thumb_url: views[0]?.thumb_url });
    expect(await house.on.takeEvents()).toEqual([{ type: 'entity.changed', entity: card }]);
    const cleared = await callRpc(house.ask, catalogRpc.entityCover, { ...who, image_id: null });
    expect(cleared.cover).toMatchObject({ kind: 'fallback' });
    await expect(
      callRpc(house.ask, catalogRpc.entityCover, { ...who, image_id: 'none' }),
    ).rejects.toMatchObject({ code: 'not_found', field: 'image_id' });
    await expect(callRpc(house.ask, catalogRpc.entityCover, { ...nobody, image_id })).rejects.toMatchObject({
      code: 'not_found',
      field: 'slug',
    });
  });

  test('problems, presets, counts, facets and lists are answered', async () => {
    await using house = await served();
    await house.on.data.put('presets', 'b.json', { preset_id: 'b', preset_name: 'Beta' });
    await house.on.data.put('presets', 'a.json', { preset_id: 'a', preset_name: 'alpha' });
    await house.on.data.put('presets', 'x.json', '{');
    const { results } = await callRpc(house.ask, catalogRpc.libraryRescan, { category: 'presets' });
    expect(results).toMatchObject([{ category: 'presets', files: 3, added: 2, problems: 1 }]);
    expect((await callRpc(house.ask, catalogRpc.problemsList, {})).problems).toMatchObject([
      { file: 'x.json' },
    ]);
    expect((await callRpc(house.ask, catalogRpc.presetsList, {})).presets).toEqual([
      { id: 'a', slug: 'a', name: 'alpha', has_cover: false },
      { id: 'b', slug: 'b', name: 'Beta', has_cover: false },
    ]);
    expect((await callRpc(house.ask, catalogRpc.libraryCounts, {})).counts).toEqual({
      characters: 1,
      looks: 2,
      presets: 2,
    });
    expect((await callRpc(house.ask, catalogRpc.libraryFacets, { category: 'looks' })).total).toBe(2);
    expect((await callRpc(house.ask, catalogRpc.libraryList, { category: 'looks' })).items).toHaveLength(2);
  });
});

describe('sample covers', () => {
  const put = async (root: string, slug: string, bytes: Buffer): Promise<void> => {
    const folder = path.join(root, 'covers', 'characters');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${slug}.webp`), bytes);
  };

  test('are taken over once, and do not come back after they were taken away', async () => {
    await using on = await testLibrary();
    const drawing = await picture('webp');
    await put(on.data.path, 'elke', drawing);
    await on.data.put('characters', 'elke.json', { character_id: 'elke' });
    await on.library.scan('characters');
    const cover = await eventually(async () => {
      const card = await cardOf(on.db, 'characters', 'elke');
      expect(card?.cover).toMatchObject({ kind: 'own' });
      return card?.cover;
    });
    const key = decodeURIComponent((cover?.url ?? '').replace('/api/v1/media/', ''));
    expect(key).toMatch(/^characters\/elke\/cover_[0-9a-f]{12}\.webp$/);
    expect((await readAll(on.store, key)).equals(drawing)).toBe(true);
    await eventually(async () =>
      expect((await on.takeEvents()).map((event) => event.type)).toContain('entity.changed'),
    );

    await on.db.updateTable('entity').set({ cover_key: null, cover_sha256: null }).execute();
    await on.data.put('characters', 'elke.json', { character_id: 'elke', character_name: 'Again' });
    await on.data.put('characters', 'last.json', { character_id: 'last' });
    await put(on.data.path, 'last', drawing);
    await on.library.scan('characters');
    await eventually(async () => expect((await cardOf(on.db, 'characters', 'last'))?.cover).not.toBeNull());
    expect((await cardOf(on.db, 'characters', 'elke'))?.cover).toBeNull();
  });

  test('a drawing that is no picture is passed over, and a chosen cover stays', async () => {
    await using on = await testLibrary();
    await put(on.data.path, 'bad', Buffer.from('<svg/>'));
    await put(on.data.path, 'chosen', await picture('webp'));
    for (const id of ['bad', 'chosen']) await on.data.put('characters', `${id}.json`, { character_id: id });
    await on.library.scan('characters');
    await on.db
      .updateTable('entity')
      .set({ cover_key: 'mine', cover_sha256: 'x', sample_cover_due: true })
      .where('slug', '=', 'chosen')
      .execute();
    await on.library.scan('characters');
    await eventually(async () => {
      const due = await on.db
        .selectFrom('entity')
        .select('slug')
        .where('sample_cover_due', '=', true)
        .execute();
      expect(due).toEqual([]);
    });
    expect((await cardOf(on.db, 'characters', 'bad'))?.cover).toBeNull();
    expect((await cardOf(on.db, 'characters', 'chosen'))?.cover?.url).toBe('/api/v1/media/mine');
  });

  test('a store that is away delays a cover and does not lose it', async () => {
    await using on = await testLibrary();
    await put(on.data.path, 'elke', await picture('webp'));
    await on.data.put('characters', 'elke.json', { character_id: 'elke' });
    // A file where the store wants its folder: nothing can be put.
    await writeFile(on.storeRoot, 'in the way');
    await on.library.scan('characters');
    await on.library.scan('characters');
    expect((await cardOf(on.db, 'characters', 'elke'))?.cover).toBeNull();
    await rm(on.storeRoot);
    await eventually(async () => {
      await on.library.scan('characters');
      expect((await cardOf(on.db, 'characters', 'elke'))?.cover).toMatchObject({ kind: 'own' });
    });
  });
});
