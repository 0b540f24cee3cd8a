import { SearchQuery, catalogRpc, categories, editingRpc, partCategories } from '@gaze/contracts';
import type { CategoryName } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import { eventually, verifies } from '@gaze/testing';
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sweepStaging } from '../../../src/editing/covers.ts';
import { buildEditing } from '../../../src/editing/editing.ts';
import { entityDetail, listProblems } from '../../../src/library/detail.ts';
import { search } from '../../../src/search/search.ts';
import { usualKeeping } from '../../../src/settings/settings.ts';
import { testBus } from '../../support/bus.ts';
import { picture } from '../../support/files.ts';
import { comfyPrompt, foreignPicture } from '../../support/gallery.ts';
import { testLibrary } from '../../support/library.ts';
import { textOf } from '../../support/editing.ts';
import { containing } from '../../support/matchers.ts';

/** The catalog's editing, asked over a real bus. */
async function served() {
  const bus = await testBus();
  const on = await testLibrary();
  const editing = buildEditing({
    ...on.writing,
    ...{ store: on.store, images: on.images },
    keeping: () => Promise.resolve(usualKeeping),
  });
  await on.data.put('characters', 'elke.json', {
    ...{ character_id: 'elke', character_name: 'Elke', identity: { hair: 'silver', hands: 'gloved' } },
    defaults: { pose: 'standing' },
    wardrobe: { default: { top: 'shirt' }, winter: { top: 'coat', legwear: 'tights' } },
    lora: {
      lora_name: 'Illustrious/Looks/elke.safetensors',
      lora_weight: 0.7,
      lora_triggers: 'elke',
      extra: 1,
    },
    tags: { origin_series: 'Lanterns', nsfw: true },
  });
  await on.library.scan();
  await on.takeEvents();
  on.library.serve(bus.nc);
  editing.serve(bus.nc);
  await bus.nc.flush();
  return {
    ...{ on, editing, ask: bus.asker },
    async [Symbol.asyncDispose]() {
      await editing.stop();
      await bus[Symbol.asyncDispose]();
      await on[Symbol.asyncDispose]();
    },
  };
}

const who = { category: 'characters', slug: 'elke' } as const;

describe(verifies('editing.outfits', 'the wardrobe of a character'), () => {
  test('outfits are added empty, as a copy, and from an outfit entity', async () => {
    await using house = await served();
    const { ask, on } = house;
    await callRpc(ask, editingRpc.outfitAdd, { ...who, name: 'empty' });
    await callRpc(ask, editingRpc.outfitAdd, { ...who, name: 'copy', copy_of: 'winter' });
    await on.data.put('outfits', 'gown.json', { outfit_id: 'gown', wardrobe: { full_body: 'gown' } });
    await on.library.scan('outfits');
    const { entity } = await callRpc(ask, editingRpc.outfitAdd, {
      ...who,
      name: 'the gown',
      from_entity: 'gown',
    });
    expect(entity.data.wardrobe).toEqual({
      default: { top: 'shirt' },
      winter: { top: 'coat', legwear: 'tights' },
      empty: Object.fromEntries(categories.outfits.sections[0]?.keys.map((key) => [key, '']) ?? []),
      copy: { top: 'coat', legwear: 'tights' },
      'the gown': { full_body: 'gown' },
    });
    const refused = (more: object) => callRpc(ask, editingRpc.outfitAdd, { ...who, name: 'x', ...more });
    await expect(refused({ name: 'copy' })).rejects.toMatchObject({ code: 'conflict', field: 'name' });
    await expect(refused({ copy_of: 'nothing' })).rejects.toMatchObject({
      code: 'not_found',
      field: 'outfit',
    });
    await expect(refused({ copy_of: 'toString' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(refused({ from_entity: 'nothing' })).rejects.toMatchObject({
      code: 'not_found',
      field: 'from_entity',
    });
    await expect(
      callRpc(ask, editingRpc.outfitAdd, { category: 'outfits', slug: 'gown', name: 'x' }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      message: containing('no wardrobe'),
    });
  });

  test('a rename keeps its place, is worn on, and is remembered by the page', async () => {
    await using house = await served();
    const { ask } = house;
    await callRpc(ask, catalogRpc.entityOutfit, { ...who, outfit: 'default' });
    await callRpc(ask, catalogRpc.entityState, { ...who, state: { outfit: 'default', count: 2 } });
    const before = await textOf(house.on, 'characters', 'elke.json');
    const { entity } = await callRpc(ask, editingRpc.outfitRename, {
      ...who,
      outfit: 'default',
      name: 'every day',
    });
    expect(Object.keys(entity.data.wardrobe as object)).toEqual(['every day', 'winter']);
    expect(entity).toMatchObject({ active_outfit: 'every day', state: { outfit: 'every day', count: 2 } });
    expect(await textOf(house.on, 'characters', 'elke.json')).toBe(
      before.replace('"default"', '"every day"'),
    );
    await expect(
      callRpc(ask, editingRpc.outfitRename, { ...who, outfit: 'winter', name: 'every day' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  test('the last one is never deleted; one that was worn is worn no more', async () => {
    await using house = await served();
    const { ask } = house;
    await callRpc(ask, catalogRpc.entityOutfit, { ...who, outfit: 'winter' });
    const { entity } = await callRpc(ask, editingRpc.outfitDelete, { ...who, outfit: 'winter' });
    expect(entity).toMatchObject({ active_outfit: null, data: { wardrobe: { default: { top: 'shirt' } } } });
    await expect(callRpc(ask, editingRpc.outfitDelete, { ...who, outfit: 'default' })).rejects.toMatchObject({
      code: 'conflict',
      message: containing('last outfit'),
    });
  });

  test('a wardrobe of fields alone becomes one of outfits, its fields the first', async () => {
    await using house = await served();
    await house.on.data.put('characters', 'flat.json', { character_id: 'flat', wardrobe: { top: 'vest' } });
    await house.on.library.scan('characters');
    const flat = { category: 'characters', slug: 'flat' } as const;
    await expect(
      callRpc(house.ask, editingRpc.outfitDelete, { ...flat, outfit: 'default' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    const { entity } = await callRpc(house.ask, editingRpc.outfitAdd, {
      ...flat,
      name: 'copy',
      copy_of: 'default',
    });
    expect(entity.data.wardrobe).toEqual({ default: { top: 'vest' }, copy: { top: 'vest' } });
  });

  test('an outfit becomes an entity of its own', async () => {
    await using house = await served();
    const { entity } = await callRpc(house.ask, editingRpc.outfitSave, { ...who, outfit: 'winter' });
    expect(entity).toMatchObject({
      category: 'outfits',
      slug: 'elke_winter',
      name: 'Elke winter',
      data: { wardrobe: { top: 'coat', legwear: 'tights', headwear: '' }, tags: { nsfw: false } },
    });
    const again = await callRpc(house.ask, editingRpc.outfitSave, { ...who, outfit: 'winter', name: 'Coat' });
    expect(again.entity.slug).toBe('coat');
  });
});

describe(verifies('editing.transfer', 'from one category to another'), () => {
  const sources: Partial<Record<CategoryName, object>> = {
    characters: { identity: { hair: 'silver hair' }, wardrobe: { default: { top: 'shirt' } } },
    looks: { positive: 'casual', negative: 'formal' },
    outfits: { wardrobe: { top: 'shirt', hands: 'rings' } },
    actions: { action: { full_body: 'jumping', hands: 'open hands' } },
    styles: { style: { artist_name: 'someone', artistic_style: 'ink' } },
    scenes: { scene: { background: 'pier', lighting: 'dusk' } },
    detailers: { prompt: ['sharp eyes', 'skin'] },
  };
  const pairs = partCategories.flatMap((from) =>
    partCategories.filter((to) => to !== from).map((to) => [from.name, to.name] as const),
  );

  test(`every pair of part categories (${pairs.length})`, async () => {
    await using house = await served();
    const { on, ask } = house;
    for (const { name, idField } of partCategories) {
      await on.data.put(name, 'source.json', {
        [idField]: 'source_01',
        ...sources[name],
        lora: { lora_name: 'Illustrious/x.safetensors', lora_weight: 0.6, lora_triggers: 'trigger word' },
        tags: { nsfw: true },
      });
    }
    await on.library.scan();
    for (const [from, to] of pairs) {
      const reply = await callRpc(ask, editingRpc.entityTransfer, { category: from, slug: 'source_01', to });
      const { entity } = reply;
      expect(entity, `${from} to ${to}`).toMatchObject({
        category: to,
        is_nsfw: true,
        lora: { name: 'Illustrious/x.safetensors', weight: 0.6 },
        data: { lora: { lora_triggers: 'trigger word' } },
      });
      expect(entity.slug, `${from} to ${to}`).toMatch(/^source_\d\d$/);
      expect(reply.trash_id).toBeNull();
      // Every text of the source is in the new entity, or named as left out.
      const text = JSON.stringify(entity.data);
      for (const words of [
        'silver hair',
        'shirt',
        'casual',
        'rings',
        'jumping',
        'open hands',
        'someone',
        'ink',
        'pier',
        'dusk',
        'sharp eyes',
        'skin',
      ])
        if (JSON.stringify(sources[from]).includes(words)) expect(text, `${from} to ${to}`).toContain(words);
      if (from === 'looks') expect(reply.left_out).toEqual(['look::negative']);
      else expect(reply.left_out).toEqual([]);
      expect(Object.keys(entity.data)).toEqual(
        expect.arrayContaining([categories[to].idField, 'lora', 'tags']),
      );
    }
    await on.library.scan();
    expect(await listProblems(on.db)).toEqual([]);
    for (const { name } of partCategories)
      expect(JSON.parse(await textOf(on, name, 'source.json'))).toMatchObject(sources[name] ?? {});
  });

  test('fields of the same name keep their places, and the worn outfit comes along', async () => {
    await using house = await served();
    await callRpc(house.ask, catalogRpc.entityOutfit, { ...who, outfit: 'winter' });
    const outfit = await callRpc(house.ask, editingRpc.entityTransfer, {
      ...who,
      to: 'outfits',
      id: 'elke_coat',
      name: 'Coat',
    });
    expect(outfit.entity).toMatchObject({
      slug: 'elke_coat',
      name: 'Coat',
      data: { wardrobe: { top: 'coat', legwear: 'tights', full_body: 'silver, gloved, standing' } },
    });
    const look = await callRpc(house.ask, editingRpc.entityTransfer, { ...who, to: 'looks' });
    expect(look.entity.data).toMatchObject({
      positive: 'silver, gloved, coat, tights, standing',
      lora: { extra: 1 },
      tags: { origin_series: 'Lanterns', nsfw: true },
    });
  });

  test('the source goes into the trash where that is wanted, and others are refused', async () => {
    await using house = await served();
    const { trash_id } = await callRpc(house.ask, editingRpc.entityTransfer, {
      ...who,
      to: 'looks',
      source: 'trash',
    });
    await expect(callRpc(house.ask, catalogRpc.entityGet, who)).rejects.toMatchObject({ code: 'not_found' });
    await callRpc(house.ask, editingRpc.trashRestore, { id: trash_id ?? '' });
    for (const to of ['presets', 'checkpoints', 'characters'] as const)
      await expect(callRpc(house.ask, editingRpc.entityTransfer, { ...who, to })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'to',
      });
  });
});

describe(verifies('editing.covers', 'covers'), () => {
  const stage = async (house: Awaited<ReturnType<typeof served>>, bytes: Buffer): Promise<string> => {
    const key = `.staging/${randomUUID()}`;
    await house.on.store.put(key, bytes);
    return key;
  };

  test('an uploaded picture becomes the cover and one of its pictures, whatever its name said', async () => {
    await using house = await served();
    const { on, ask } = house;
    const bytes = await picture('webp', 80);
    const key = await stage(house, bytes);
    const card = await callRpc(ask, editingRpc.coverUpload, { ...who, key });
    expect(card.cover).toMatchObject({ kind: 'own', url: containing('/characters/elke/upload_') });
    const { images } = await entityDetail(on.db, 'characters', 'elke');
    expect(images).toMatchObject([{ width: 80, height: 80, job_id: null, is_nsfw: true }]);
    expect(images[0]?.key).toMatch(/^characters\/elke\/upload_[0-9a-f]{16}\.webp$/);
    expect((await readAll(on.store, images[0]?.key ?? '')).equals(bytes)).toBe(true);
    expect(await on.store.exists(key)).toBe(false);
    expect((await on.takeEvents()).map(({ type }) => type)).toEqual(['image.created', 'entity.changed']);
    await eventually(async () => expect(await on.store.exists(`${images[0]?.key}.json`)).toBe(true));
    // The same picture again is the same picture.
    await callRpc(ask, editingRpc.coverUpload, { ...who, key: await stage(house, bytes) });
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ image_count: 1 });
  });

  test('is found by whom it shows and by what it says of itself', async () => {
    await using house = await served();
    const { on, ask } = house;
    const bytes = await foreignPicture({ prompt: comfyPrompt({ positive: 'quiet harbour, seagulls' }) });
    await callRpc(ask, editingRpc.coverUpload, { ...who, key: await stage(house, bytes) });
    for (const q of ['Elke', 'seagulls']) {
      const { images } = await search(on.db, SearchQuery.parse({ q, type: 'images' }));
      expect(images?.items, q).toHaveLength(1);
    }
  });

  test(
    verifies(['S5', 'S6'], 'hostile uploads are refused and gone, and nothing of the entity changes'),
    async () => {
      await using house = await served();
      const { on, ask } = house;
      const good = await picture('png');
      const bomb = Buffer.from(good);
      // A header that promises 60,000 × 60,000 pixels.
      bomb.writeUInt32BE(60_000, 16);
      bomb.writeUInt32BE(60_000, 20);
      const hostile: Record<string, Buffer> = {
        'an SVG': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
        'a page': Buffer.from('<!doctype html><script>1</script>'),
        'half a PNG': good.subarray(0, good.length / 2),
        'a PNG of a bomb': bomb,
        nothing: Buffer.alloc(0),
        'a GIF': Buffer.from('GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;'),
        'a PNG header and a page': Buffer.concat([
          good.subarray(0, 33),
          Buffer.from('<script>1</script>'.repeat(50)),
        ]),
      };
      for (const [what, bytes] of Object.entries(hostile)) {
        const key = await stage(house, bytes);
        await expect(callRpc(ask, editingRpc.coverUpload, { ...who, key }), what).rejects.toMatchObject({
          code: 'image_invalid',
        });
        expect(await on.store.exists(key), what).toBe(false);
      }
      for (const key of [
        '../secret',
        'characters/elke/x.png',
        '.staging/../x',
        '.staging/x',
        `.staging/${randomUUID()}/x`,
      ])
        await expect(callRpc(ask, editingRpc.coverUpload, { ...who, key }), key).rejects.toMatchObject({
          code: 'invalid_input',
        });
      const lost = `.staging/${randomUUID()}`;
      await expect(callRpc(ask, editingRpc.coverUpload, { ...who, key: lost })).rejects.toMatchObject({
        code: 'not_found',
      });
      const nobody = { category: 'characters', slug: 'nobody', key: await stage(house, good) } as const;
      await expect(callRpc(ask, editingRpc.coverUpload, nobody)).rejects.toMatchObject({
        code: 'not_found',
        field: 'slug',
      });
      expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ cover: null, image_count: 0 });
      expect((await on.store.list('')).keys).toEqual([]);
      expect(await on.takeEvents()).toEqual([]);
    },
  );

  test('all covers of a category are taken away at once, and told as one', async () => {
    await using house = await served();
    const { on, ask } = house;
    await on.db.updateTable('entity').set({ cover_key: 'k', cover_sha256: 's' }).execute();
    expect(await callRpc(ask, editingRpc.coversClear, { category: 'looks' })).toEqual({ cleared: 0 });
    expect(await callRpc(ask, editingRpc.coversClear, { category: 'characters' })).toEqual({ cleared: 1 });
    expect(await on.takeEvents()).toEqual([{ type: 'library.changed', category: 'characters' }]);
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ cover: null });
  });

  test('uploads that nobody came back for are swept after a day', async () => {
    await using house = await served();
    const key = await stage(house, Buffer.from('x'));
    await sweepStaging(house.on.store, Date.now());
    expect(await house.on.store.exists(key)).toBe(true);
    await sweepStaging(house.on.store, Date.now() + 25 * 3_600_000);
    expect(await house.on.store.exists(key)).toBe(false);
  });
});

test('every question of editing is answered over the bus', async () => {
  await using house = await served();
  const { ask, on } = house;
  const { entity } = await callRpc(ask, editingRpc.entityCreate, { category: 'presets', name: 'Evening' });
  const preset = { category: 'presets', slug: entity.slug } as const;
  const { text, revision } = await callRpc(ask, editingRpc.entityText, preset);
  expect(text).toBe(await readFile(on.data.file('presets', 'evening.json'), 'utf8'));
  await callRpc(ask, editingRpc.entityEdit, {
    ...preset,
    if_match: revision,
    change: { type: 'patch', patch: { width: 832 } },
  });
  await callRpc(ask, editingRpc.entityClone, preset);
  expect((await callRpc(ask, editingRpc.entityNsfw, { ...preset, nsfw: true })).is_nsfw).toBe(true);
  const renamed = await callRpc(ask, editingRpc.entityRename, { ...preset, id: 'night' });
  expect(renamed.entity.slug).toBe('night');
  const night = { category: 'presets', slug: 'night' } as const;
  const { items } = await callRpc(ask, editingRpc.revisionsList, night);
  expect(items.map(({ action }) => action)).toEqual(['rename', 'edit', 'edit', 'create']);
  await callRpc(ask, editingRpc.revisionsGet, { ...night, id: items[1]?.id ?? '' });
  await callRpc(ask, editingRpc.revisionsRevert, { ...night, id: items[1]?.id ?? '' });
  const { results } = await callRpc(ask, editingRpc.bulk, {
    category: 'presets',
    slugs: ['night'],
    change: { action: 'favourite', favourite: true },
  });
  expect(results).toEqual([{ category: 'presets', slug: 'night', problem: null }]);
  expect(await entityDetail(on.db, 'presets', 'night')).toMatchObject({ is_favourite: true, is_nsfw: false });
  const { trash_id } = await callRpc(ask, editingRpc.entityDelete, night);
  expect((await callRpc(ask, editingRpc.trashList, {})).items).toMatchObject([{ id: trash_id }]);
  await callRpc(ask, editingRpc.trashPurge, { id: trash_id });
  expect(await callRpc(ask, editingRpc.migrateTags, {})).toEqual({ migrated: 0, remaining: 0, problems: [] });
});
