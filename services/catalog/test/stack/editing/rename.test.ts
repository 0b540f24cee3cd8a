import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readAll } from '@gaze/media';
import { eventually, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import type { WriteDeps } from '../../../src/editing/deps.ts';
import { renameEntity } from '../../../src/editing/rename.ts';
import { buildRenames } from '../../../src/editing/renames.ts';
import { listRevisions } from '../../../src/editing/revisions.ts';
import { listTrashedImages, restoreImage, trashImage } from '../../../src/images/trash.ts';
import { changeEntity as changeRow, entityDetail } from '../../../src/library/detail.ts';
import { edit, refusal, restarted, stoppingAfter, textOf } from '../../support/editing.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { completeJob } from '../../support/pictures.ts';
import { containing } from '../../support/matchers.ts';

const text = '{\n    "character_id": "elke",\n    "unknown": [1,2],\n    "character_name": "Elke"\n}\n';

async function withElke(): Promise<TestLibrary> {
  const on = await testLibrary();
  await on.data.put('characters', 'elke.json', text);
  await on.library.scan();
  return on;
}

const rename = (
  deps: WriteDeps,
  id: string,
  more: { name?: string; slug?: string; if_match?: string } = {},
): Promise<string> => renameEntity(deps, { category: 'characters', slug: 'elke', id, by: 'user', ...more });
const bringAlong = (on: TestLibrary, writing: WriteDeps = on.writing): Promise<void> =>
  buildRenames({ ...writing, store: on.store }).run();

describe(verifies('editing.rename', 'another id'), () => {
  test('takes file, pictures, sidecars, cover, state, history and jobs along', async () => {
    await using on = await withElke();
    await edit(on.writing, { type: 'patch', patch: { more: 1 } });
    const { views, jobId } = await completeJob(on, {
      owner: { category: 'characters', slug: 'elke' },
      count: 2,
    });
    on.images.start();
    await eventually(async () => expect(await on.store.exists(`${views[1]?.key}.json`)).toBe(true));
    const bytes = await readAll(on.store, views[0]?.key ?? '');
    await on.store.put('characters/elke/strengths/x.txt', Buffer.from('sweep'));
    await on.store.put('characters/elke/cover_1.webp', bytes);
    await changeRow(on.db, 'characters', 'elke', { is_favourite: true, page_state: { count: 4 } });
    await on.db
      .updateTable('entity')
      .set({ cover_key: views[0]?.key ?? '', cover_sha256: 's' })
      .execute();
    await on.db.insertInto('batch').values({ id: 'b', kind: 'image', label: '', count: 2 }).execute();
    for (const [id, status] of [
      ['done', 'done'],
      ['running', 'running'],
    ] as const) {
      const job = {
        id,
        status,
        batch_id: 'b',
        ordinal: 0,
        kind: 'image',
        lane: 'batch',
        label: '',
        snapshot: '{}',
      } as const;
      await on.db
        .insertInto('job')
        .values({ ...job, owner_category: 'characters', owner_slug: 'elke' })
        .execute();
    }
    await on.takeEvents();

    expect(await rename(on.writing, 'elke.marrow', { name: 'Elke Marrow' })).toBe('elkemarrow');
    await bringAlong(on);

    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual(['elkemarrow.json']);
    expect(await textOf(on, 'characters', 'elkemarrow.json')).toBe(
      text.replace('"elke"', '"elke.marrow"').replace('"Elke"\n', '"Elke Marrow",\n    "more": 1\n'),
    );
    const detail = await entityDetail(on.db, 'characters', 'elkemarrow');
    expect(detail).toMatchObject({
      id: 'elke.marrow',
      name: 'Elke Marrow',
      is_favourite: true,
      state: { count: 4 },
      image_count: 2,
    });
    expect(detail.cover).toMatchObject({
      kind: 'own',
      url: `/api/v1/media/characters/elkemarrow/gen_${jobId}_1_0.png`,
    });
    const keys = [0, 1].map((i) => `characters/elkemarrow/gen_${jobId}_1_${i}.png`);
    expect(detail.images.map(({ key }) => key).sort()).toEqual(keys);
    expect((await readAll(on.store, keys[0] ?? '')).equals(bytes)).toBe(true);
    for (const key of keys) expect(await on.store.exists(`${key}.json`)).toBe(true);
    expect(await on.store.exists('characters/elkemarrow/strengths/x.txt')).toBe(true);
    expect((await on.store.list('characters/elke/')).keys).toEqual([]);
    const { items } = await listRevisions(on.db, { category: 'characters', slug: 'elkemarrow', limit: 9 });
    expect(items.map(({ action }) => action)).toEqual(['rename', 'edit']);
    const jobs = await on.db.selectFrom('job').select(['id', 'owner_slug']).orderBy('id').execute();
    // One under way keeps its folder, and its picture is fetched once it is there.
    expect(jobs).toEqual([
      { id: 'done', owner_slug: 'elkemarrow' },
      { id: 'running', owner_slug: 'elke' },
    ]);
    expect(await on.takeEvents()).toEqual(
      expect.arrayContaining([
        { type: 'entity.removed', category: 'characters', slug: 'elke' },
        expect.objectContaining({ type: 'entity.changed' }),
        expect.objectContaining({ type: 'image.changed' }),
      ]),
    );
    expect(await on.library.scan('characters')).toMatchObject([
      { added: 0, changed: 0, removed: 0, problems: 0 },
    ]);

    await completeJob(on, { owner: { category: 'characters', slug: 'elke' } });
    await on.db.updateTable('job').set({ status: 'done' }).execute();
    await bringAlong(on);
    expect(await entityDetail(on.db, 'characters', 'elkemarrow')).toMatchObject({ image_count: 3 });
    expect((await on.store.list('characters/elke/')).keys).toEqual([]);
    expect(
      await on.db.selectFrom('entity_rename').select(['pictures_due', 'references_due']).execute(),
    ).toEqual([{ pictures_due: false, references_due: false }]);
  });

  test('is that of its deleted pictures, too: brought back, the cover is its cover again', async () => {
    await using on = await withElke();
    const { views } = await completeJob(on, { owner: { category: 'characters', slug: 'elke' } });
    const [picture] = views as [(typeof views)[0]];
    on.images.start();
    await eventually(async () => expect(await on.store.exists(`${picture.key}.json`)).toBe(true));
    await on.db.updateTable('entity').set({ cover_key: picture.key, cover_sha256: 's' }).execute();
    const trash = { db: on.db, store: on.store, events: on.events, log: testLog('catalog') };
    await trashImage(trash, picture.id);

    await rename(on.writing, 'marrow');
    const { items } = await listTrashedImages(on.db, { limit: 5 });
    expect(items).toMatchObject([{ owner: { category: 'characters', slug: 'marrow' } }]);
    expect(await restoreImage(trash, picture.id)).toMatchObject({ owner: { slug: 'marrow' } });
    expect((await entityDetail(on.db, 'characters', 'marrow')).cover?.kind).toBe('own');
  });

  test('is followed by the looks and presets that name it, each with a change of its own, and by remembered companions', async () => {
    await using on = await withElke();
    await on.data.put('looks', 'night.json', '{"look_id": "night",   "character_id": "elke"}');
    await on.data.put('looks', 'other.json', { look_id: 'other', character_id: 'elke_2' });
    await on.data.put('presets', 'today.json', {
      preset_id: 'today',
      character: { character_id: 'elke', use_lora: true, fields: { identity: { id: 'elke' } } },
      look: { look_id: 'elke' },
    });
    await on.data.put('presets', 'older.json', { preset_id: 'older', character_id: 'elke' });
    await on.data.put('presets', 'oldest.json', {
      preset_id: 'oldest',
      characters: ['elke', { slug: 'elke' }, 'else'],
    });
    await on.library.scan();
    await changeRow(on.db, 'looks', 'other', {
      page_state: { companions: { characters: ['a', 'elke'], looks: ['elke'] } },
    });
    const others = [await textOf(on, 'looks', 'other.json')];
    await rename(on.writing, 'wren');
    await bringAlong(on);
    expect(await textOf(on, 'looks', 'night.json')).toBe('{"look_id": "night",   "character_id": "wren"}');
    expect([await textOf(on, 'looks', 'other.json')]).toEqual(others);
    const presets = await Promise.all(
      ['today', 'older', 'oldest'].map(async (slug) => (await entityDetail(on.db, 'presets', slug)).data),
    );
    expect(presets).toMatchObject([
      // Fields of its own and other kinds of parts mean something else.
      {
        character: { character_id: 'wren', fields: { identity: { id: 'elke' } } },
        look: { look_id: 'elke' },
      },
      { character_id: 'wren' },
      { characters: ['wren', { slug: 'wren' }, 'else'] },
    ]);
    expect((await entityDetail(on.db, 'looks', 'other')).state).toEqual({
      companions: { characters: ['a', 'wren'], looks: ['elke'] },
    });
    const { items } = await listRevisions(on.db, { category: 'looks', slug: 'night', limit: 5 });
    expect(items).toMatchObject([{ action: 'edit', note: '«elke» is called «wren» now.' }]);
    expect((await entityDetail(on.db, 'characters', 'wren')).looks.map(({ slug }) => slug)).toEqual([
      'night',
    ]);
  });

  test('of a checkpoint keeps it the default one', async () => {
    await using on = await testLibrary();
    await on.data.put('checkpoints', 'a.json', { checkpoint_path: 'Illustrious/a.safetensors' });
    await on.library.scan();
    await on.db
      .insertInto('setting')
      .values({ key: 'default_checkpoint', value: JSON.stringify('Illustrious/a.safetensors') })
      .execute();
    await renameEntity(on.writing, {
      category: 'checkpoints',
      slug: 'Illustrious_a_safetensors',
      id: 'Noob/b.safetensors',
      by: 'user',
    });
    const setting = await on.db
      .selectFrom('setting')
      .select('value')
      .where('key', '=', 'default_checkpoint')
      .executeTakeFirst();
    expect(setting?.value).toBe('Noob/b.safetensors');
  });

  test('that is taken, or no id, is refused; the same address under another id is not', async () => {
    await using on = await withElke();
    await on.data.put('characters', 'b.json', { character_id: 'b' });
    await on.data.put('characters', 'broken.json', '{');
    await on.library.scan();
    expect(await refusal(rename(on.writing, 'b'))).toMatchObject({ code: 'conflict', field: 'id' });
    expect(await refusal(rename(on.writing, 'broken'))).toMatchObject({
      code: 'conflict',
      message: containing('broken.json'),
    });
    expect(await refusal(rename(on.writing, '!!!'))).toMatchObject({ code: 'invalid_input' });
    expect(await refusal(rename(on.writing, 'c', { if_match: 'f'.repeat(64) }))).toMatchObject({
      code: 'conflict',
    });
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual([
      'b.json',
      'broken.json',
      'elke.json',
    ]);
    expect(await rename(on.writing, 'el.ke')).toBe('elke');
    expect(await textOf(on, 'characters', 'elke.json')).toContain('"el.ke"');
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ id: 'el.ke' });
  });

  test('of a file with a name of its own moves it to the usual one', async () => {
    await using on = await testLibrary();
    await on.data.put('characters', 'My Elke.json', text);
    await on.library.scan();
    expect(await rename(on.writing, 'wren')).toBe('wren');
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual(['wren.json']);
    // And where the usual name is the file's already, the file stays where it is.
    await on.data.put('characters', 'later.json', { character_id: 'sooner' });
    await on.library.scan();
    expect(await rename(on.writing, 'later', { slug: 'sooner' })).toBe('later');
    expect(await entityDetail(on.db, 'characters', 'later')).toMatchObject({ filename: 'later.json' });
  });

  test('what an editor saves while it is renamed comes along', async () => {
    await using on = await withElke();
    let saved = false;
    await rename(
      {
        ...on.writing,
        async onStep(step) {
          if (saved || step !== 'linked') return;
          saved = true;
          await on.data.put('characters', 'elke.json', text.replace('[1,2]', '"late"'));
        },
      },
      'wren',
    );
    expect((await entityDetail(on.db, 'characters', 'wren')).data).toMatchObject({ unknown: 'late' });
    await on.library.scan();
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual(['wren.json']);
  });

  test.each(['pending', 'written', 'linked', 'renamed', 'verified', 'committed'] as const)(
    'cut off after «%s» is whole or undone',
    async (step) => {
      await using on = await withElke();
      const { views } = await completeJob(on, { owner: { category: 'characters', slug: 'elke' } });
      await changeRow(on.db, 'characters', 'elke', { is_favourite: true });
      const cut = stoppingAfter(on.writing, step);
      void rename(cut.writing, 'wren');
      await cut.reached;
      const { library, writing } = restarted(on);
      await library.scan();
      const through = ['renamed', 'verified', 'committed'].includes(step);
      const slug = through ? 'wren' : 'elke';
      await bringAlong(on, writing);
      expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual([`${slug}.json`]);
      expect(await entityDetail(on.db, 'characters', slug)).toMatchObject({
        id: slug,
        is_favourite: true,
        image_count: 1,
      });
      const rows = await on.db.selectFrom('entity').select('slug').execute();
      expect(rows).toEqual([{ slug }]);
      expect(
        (await on.db.selectFrom('entity_revision').select('state').execute()).every(
          ({ state }) => state === 'done',
        ),
      ).toBe(true);
      expect(await on.store.exists((views[0]?.key ?? '').replace('elke', slug))).toBe(true);
      await library.stop();
    },
  );

  test('pictures that were moved half-way are found again', async () => {
    await using on = await withElke();
    const { views } = await completeJob(on, { owner: { category: 'characters', slug: 'elke' }, count: 3 });
    await rename(on.writing, 'wren');
    // A crash between the file's move and its row.
    const [first, second] = views.map(({ key }) => key);
    await on.store.move(first ?? '', (first ?? '').replace('/elke/', '/wren/'));
    const failing = {
      ...on.store,
      move: (from: string, to: string) =>
        from === second ? Promise.reject(new Error('the store is away')) : on.store.move(from, to),
    };
    await buildRenames({ ...on.writing, store: failing }).run();
    expect(await on.db.selectFrom('entity_rename').select('pictures_due').execute()).toEqual([
      { pictures_due: true },
    ]);
    await bringAlong(on);
    const { images } = await entityDetail(on.db, 'characters', 'wren');
    expect(images).toHaveLength(3);
    for (const { key } of images) {
      expect(key).toMatch(/^characters\/wren\//);
      expect(await on.store.exists(key)).toBe(true);
    }
  });
});
