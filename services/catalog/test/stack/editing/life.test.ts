import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { categories, categoryList } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { cloneEntity, createEntity } from '../../../src/editing/create.ts';
import { deleteEntity, purgeTrash, restoreEntity } from '../../../src/editing/delete.ts';
import { migrateTags } from '../../../src/editing/migrate-tags.ts';
import { setNsfw } from '../../../src/editing/nsfw.ts';
import { changeMany } from '../../../src/editing/bulk.ts';
import { pruneRevisions } from '../../../src/editing/prune.ts';
import { listRevisions, revertEntity, revisionDetail } from '../../../src/editing/revisions.ts';
import { listTrash } from '../../../src/editing/trash-store.ts';
import { rawText } from '../../../src/editing/raw-text.ts';
import { changeEntity as changeRow, entityDetail, listProblems } from '../../../src/library/detail.ts';
import { edit, refusal, restarted, stoppingAfter, textOf } from '../../support/editing.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { anyText, containing } from '../../support/matchers.ts';

const elke = {
  character_id: 'elke',
  character_name: 'Elke',
  identity: { hair: 'silver' },
  tags: { nsfw: false },
};
const by = 'nightly script';

async function withElke(): Promise<TestLibrary> {
  const on = await testLibrary();
  await on.data.put('characters', 'elke.json', elke);
  await on.library.scan('characters');
  await on.takeEvents();
  return on;
}

const create = (on: TestLibrary, category: CategoryName, wanted: object): Promise<string> =>
  createEntity(on.writing, { category, by, ...wanted });
const remove = (on: TestLibrary, slug = 'elke'): Promise<string> =>
  deleteEntity(on.writing, { category: 'characters', slug, hard: false, by });

describe(verifies('editing.create', 'new entities'), () => {
  test('of every category are blank and valid, under an id that follows from the name', async () => {
    await using on = await testLibrary();
    for (const { name: category, idField, nameField } of categoryList) {
      expect(await create(on, category, { name: 'Lantern Light!' })).toBe('lantern_light');
      const detail = await entityDetail(on.db, category, 'lantern_light');
      expect(detail).toMatchObject({
        filename: 'lantern_light.json',
        name: 'Lantern Light!',
        is_nsfw: false,
      });
      expect(detail.data).toMatchObject({ [idField]: 'lantern_light', [nameField]: 'Lantern Light!' });
      for (const section of categories[category].sections)
        if (section.atRoot !== true && section.name !== 'lora')
          expect(detail.data).toHaveProperty(section.name);
      expect(await create(on, category, { name: 'Lantern Light!' })).toBe('lantern_light_02');
    }
    await on.library.scan();
    expect(await listProblems(on.db)).toEqual([]);
    expect(
      await on.db.selectFrom('entity_revision').select(['made_by', 'action', 'state']).distinct().execute(),
    ).toEqual([{ made_by: 'user: nightly script', action: 'create', state: 'done' }]);
  });

  test('from data and from a text: the file holds what was given', async () => {
    await using on = await testLibrary();
    expect(
      await create(on, 'scenes', { data: { scene_id: 'pier', scene: { theme: 'night' }, unknown: 1 } }),
    ).toBe('pier');
    expect(JSON.parse(await textOf(on, 'scenes', 'pier.json'))).toEqual({
      scene_id: 'pier',
      scene: { theme: 'night' },
      unknown: 1,
    });
    const text = '{ "scene_id": "dock",   "scene": {"theme": "day"} }';
    expect(await create(on, 'scenes', { text })).toBe('dock');
    expect(await textOf(on, 'scenes', 'dock.json')).toBe(text);
    expect(await create(on, 'scenes', { text, id: 'quay', name: 'Quay' })).toBe('quay');
    expect(JSON.parse(await textOf(on, 'scenes', 'quay.json'))).toMatchObject({
      scene_id: 'quay',
      scene_name: 'Quay',
    });
    // A checkpoint's id is a path; its file is called by its address.
    expect(await create(on, 'checkpoints', { id: 'Illustrious/paper.safetensors' })).toBe(
      'Illustrious_paper_safetensors',
    );
  });

  test('are refused with a sentence where the id is taken, nameless or no id at all, and where the data has a fault', async () => {
    await using on = await withElke();
    expect(await refusal(create(on, 'characters', { id: 'elke' }))).toMatchObject({
      code: 'conflict',
      field: 'id',
    });
    expect(await refusal(create(on, 'characters', { id: 'el.ke' }))).toMatchObject({ code: 'conflict' });
    expect(await refusal(create(on, 'characters', {}))).toMatchObject({
      code: 'invalid_input',
      field: 'name',
    });
    expect(await refusal(create(on, 'characters', { id: '???' }))).toMatchObject({
      code: 'invalid_input',
      field: 'character_id',
    });
    expect(await refusal(create(on, 'characters', { id: 'x'.repeat(201) }))).toMatchObject({
      code: 'invalid_input',
    });
    expect(
      await refusal(create(on, 'characters', { id: 'b', data: { identity: { hair: 4 } } })),
    ).toMatchObject({
      code: 'invalid_input',
      details: { pointer: '/identity/hair' },
    });
    expect(await refusal(create(on, 'characters', { text: '{' }))).toMatchObject({
      code: 'invalid_input',
      details: { line: 1 },
    });
    // A file that no scan took over is not overwritten either.
    await on.data.put('characters', 'broken.json', '{');
    expect(await refusal(create(on, 'characters', { id: 'broken' }))).toMatchObject({ code: 'conflict' });
    expect(await textOf(on, 'characters', 'broken.json')).toBe('{');
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual([
      'broken.json',
      'elke.json',
    ]);
  });

  test.each(['pending', 'written', 'renamed', 'synced'] as const)(
    'cut off after «%s» are there whole, or not at all',
    async (step) => {
      await using on = await testLibrary();
      const cut = stoppingAfter(on.writing, step);
      void createEntity(cut.writing, { category: 'scenes', id: 'pier', by });
      await cut.reached;
      const { library } = restarted(on);
      await library.scan('scenes');
      const there = step === 'renamed' || step === 'synced';
      const rows = await on.db.selectFrom('entity').select('slug').execute();
      expect(rows.map(({ slug }) => slug)).toEqual(there ? ['pier'] : []);
      const history = await on.db
        .selectFrom('entity_revision')
        .select(['state', 'made_by', 'action'])
        .execute();
      expect(history).toEqual(
        there ? [{ state: 'done', made_by: 'user: nightly script', action: 'create' }] : [],
      );
      expect(await readdir(path.dirname(on.data.file('scenes', 'x')))).toEqual(there ? ['pier.json'] : []);
      await library.stop();
    },
  );
});

describe(verifies('editing.clone', 'copies'), () => {
  test('count on, keep the text, and leave favourite, cover and defaults behind', async () => {
    await using on = await testLibrary();
    const text = '{\n    "character_id": "tifa_01",\n    "extra": [1,2],\n    "character_name": "Tifa"\n}\n';
    await on.data.put('characters', 'hand named.json', text);
    await on.library.scan('characters');
    await on.db
      .updateTable('entity')
      .set({ is_favourite: true, cover_key: 'k', cover_sha256: 's', default_fields: '["a"]' })
      .execute();
    const clone = (slug: string): Promise<string> =>
      cloneEntity(on.writing, { category: 'characters', slug, by });
    expect(await clone('tifa_01')).toBe('tifa_02');
    expect(await clone('tifa_01')).toBe('tifa_03');
    expect(await textOf(on, 'characters', 'tifa_02.json')).toBe(
      text.replace('"tifa_01"', '"tifa_02"').replace('"Tifa"', '"Tifa (Copy)"'),
    );
    expect(await entityDetail(on.db, 'characters', 'tifa_02')).toMatchObject({
      is_favourite: false,
      cover: null,
      default_fields: [],
    });
    // An address in the trash stays free for what lies there.
    await deleteEntity(on.writing, { category: 'characters', slug: 'tifa_03', hard: false, by });
    expect(await clone('tifa_01')).toBe('tifa_04');
    await create(on, 'checkpoints', { id: 'Illustrious/a.safetensors' });
    expect(
      await cloneEntity(on.writing, { category: 'checkpoints', slug: 'Illustrious_a_safetensors', by }),
    ).toBe('Illustrious_a_02_safetensors');
  });
});

describe(verifies('editing.trash', 'deleting and restoring'), () => {
  test('a deleted entity lies in the trash and comes back with all that was known of it', async () => {
    await using on = await withElke();
    await changeRow(on.db, 'characters', 'elke', {
      is_favourite: true,
      page_state: { count: 3 },
      default_fields: ['identity::hair'],
    });
    await on.db.updateTable('entity').set({ cover_key: 'k', cover_sha256: 's' }).execute();
    const before = await readFile(on.data.file('characters', 'elke.json'));
    const id = await remove(on);
    expect(await on.takeEvents()).toEqual([{ type: 'entity.removed', category: 'characters', slug: 'elke' }]);
    await expect(entityDetail(on.db, 'characters', 'elke')).rejects.toMatchObject({ code: 'not_found' });
    const { items } = await listTrash(on.db, { limit: 10 });
    expect(items).toMatchObject([
      {
        id,
        category: 'characters',
        slug: 'elke',
        name: 'Elke',
        model_file: null,
        deleted_by: { kind: 'user', name: by },
      },
    ]);
    expect(await readdir(path.join(on.data.path, '.trash', 'characters'))).toEqual([`elke.${id}.json`]);
    // No scan takes it for an entity, and none takes its absence for a loss.
    expect(await on.library.scan('characters')).toMatchObject([{ files: 0, added: 0, warning: null }]);

    expect(await restoreEntity(on.writing, id, by)).toEqual({ category: 'characters', slug: 'elke' });
    expect((await readFile(on.data.file('characters', 'elke.json'))).equals(before)).toBe(true);
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({
      is_favourite: true,
      state: { count: 3 },
      default_fields: ['identity::hair'],
      cover: { kind: 'own' },
    });
    expect(await readdir(path.join(on.data.path, '.trash', 'characters'))).toEqual([]);
    expect((await listTrash(on.db, { limit: 10 })).items).toEqual([]);
    expect(await on.library.scan('characters')).toMatchObject([{ added: 0, changed: 0 }]);
  });

  test('a new entity of the same address begins with nothing, and keeps the old one in the trash', async () => {
    await using on = await withElke();
    await changeRow(on.db, 'characters', 'elke', { is_favourite: true });
    const id = await remove(on);
    await create(on, 'characters', { id: 'elke' });
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ is_favourite: false });
    expect(await refusal(restoreEntity(on.writing, id, by))).toMatchObject({
      code: 'conflict',
      message: containing('has its place now'),
    });
    await remove(on);
    await restoreEntity(on.writing, id, by);
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ is_favourite: true, data: elke });
  });

  test('on another version than the one that was seen nothing is deleted', async () => {
    await using on = await withElke();
    const { revision } = await entityDetail(on.db, 'characters', 'elke');
    await on.data.put('characters', 'elke.json', { ...elke, more: 1 });
    const wanted = { category: 'characters', slug: 'elke', hard: false, if_match: revision, by } as const;
    expect(await refusal(deleteEntity(on.writing, wanted))).toMatchObject({
      code: 'conflict',
      details: { theirs: { more: 1 } },
    });
    expect(await textOf(on, 'characters', 'elke.json')).toContain('more');
  });

  test('a file with a fault is never deleted', async () => {
    await using on = await withElke();
    await on.data.put('characters', 'elke.json', '{');
    expect(await refusal(remove(on))).toMatchObject({ code: 'data_error' });
    expect(await textOf(on, 'characters', 'elke.json')).toBe('{');
  });

  test('what an editor saves while it is deleted comes along into the trash', async () => {
    await using on = await withElke();
    let saved = false;
    const id = await deleteEntity(
      {
        ...on.writing,
        async onStep(step) {
          if (saved || step !== 'pending') return;
          saved = true;
          await on.data.put('characters', 'elke.json', { ...elke, late: true });
        },
      },
      { category: 'characters', slug: 'elke', hard: false, by },
    );
    await restoreEntity(on.writing, id, by);
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject({ late: true });
  });

  test.each(['pending', 'linked', 'renamed', 'verified', 'committed'] as const)(
    'a delete that is cut off after «%s» is whole or undone',
    async (step) => {
      await using on = await withElke();
      const cut = stoppingAfter(on.writing, step);
      void deleteEntity(cut.writing, { category: 'characters', slug: 'elke', hard: false, by });
      await cut.reached;
      const { library, writing } = restarted(on);
      await library.scan('characters');
      const gone = !['pending', 'linked'].includes(step);
      const { items } = await listTrash(on.db, { limit: 10 });
      expect(items).toHaveLength(gone ? 1 : 0);
      if (gone) await restoreEntity(writing, items[0]?.id ?? '', by);
      expect((await entityDetail(on.db, 'characters', 'elke')).data).toEqual(elke);
      const states = await on.db.selectFrom('entity_revision').select(['action', 'state']).execute();
      expect(states).toEqual(
        gone
          ? [
              { action: 'delete', state: 'done' },
              { action: 'restore', state: 'done' },
            ]
          : [],
      );
      await library.stop();
    },
  );

  test.each(['pending', 'renamed', 'verified', 'committed'] as const)(
    'a restore that is cut off after «%s» is whole or undone',
    async (step) => {
      await using on = await withElke();
      await changeRow(on.db, 'characters', 'elke', { is_favourite: true });
      const id = await remove(on);
      const cut = stoppingAfter(on.writing, step);
      void restoreEntity(cut.writing, id, by);
      await cut.reached;
      const { library, writing } = restarted(on);
      await library.scan('characters');
      if (step === 'pending') await restoreEntity(writing, id, by);
      expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({
        is_favourite: true,
        data: elke,
      });
      expect((await listTrash(on.db, { limit: 10 })).items).toEqual([]);
      await library.stop();
    },
  );

  test('the trash pages, and what is purged is gone for good', async () => {
    await using on = await testLibrary();
    const ids: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      await create(on, 'characters', { id });
      ids.unshift(await remove(on, id));
    }
    const first = await listTrash(on.db, { limit: 2 });
    const second = await listTrash(on.db, { limit: 2, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect((await listTrash(on.db, { limit: 2, category: 'scenes' })).items).toEqual([]);
    await purgeTrash(on.writing, ids[0] ?? '');
    expect(await readdir(path.join(on.data.path, '.trash', 'characters'))).toHaveLength(2);
    expect(await refusal(restoreEntity(on.writing, ids[0] ?? '', by))).toMatchObject({ code: 'not_found' });
  });
});

describe(verifies('editing.revisions', 'the history'), () => {
  test('shows who changed what, field by field, and brings any version back', async () => {
    await using on = await withElke();
    await edit(on.writing, { type: 'patch', patch: { identity: { hair: 'red' }, extra: 'x' } });
    await on.data.put('characters', 'elke.json', { ...elke, character_name: 'Outside' });
    await on.library.scan('characters');
    const which = { category: 'characters', slug: 'elke' } as const;
    const { items } = await listRevisions(on.db, { ...which, limit: 10 });
    expect(items).toMatchObject([
      { by: { kind: 'file', name: '' }, action: 'edit', state: 'done' },
      { by: { kind: 'user', name: '' }, action: 'edit', before: anyText, after: anyText },
    ]);
    const [, first] = items;
    const id = first?.id ?? '';
    expect(await revisionDetail(on.db, { ...which, id })).toMatchObject({
      changes: [
        { pointer: '/identity/hair', before: 'silver', after: 'red' },
        { pointer: '/extra', after: 'x' },
      ],
      before_text: containing('silver'),
    });
    await revertEntity(on.writing, { ...which, id, to: 'after', by });
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject({
      character_name: 'Elke',
      identity: { hair: 'red' },
    });
    await revertEntity(on.writing, { ...which, id, to: 'before', by });
    expect(JSON.parse(await textOf(on, 'characters', 'elke.json'))).toEqual(elke);
    const page = await listRevisions(on.db, { ...which, limit: 3 });
    expect(page.items[0]).toMatchObject({ action: 'revert', note: containing('before') });
    const rest = await listRevisions(on.db, { ...which, limit: 3, cursor: page.next_cursor ?? '' });
    expect(rest.items.map((item) => item.id)).toEqual([id]);
    expect(await refusal(revisionDetail(on.db, { ...which, id: '999999' }))).toMatchObject({
      code: 'not_found',
    });
    expect(await refusal(revisionDetail(on.db, { ...which, slug: 'other', id }))).toMatchObject({
      code: 'not_found',
    });
  });

  test('forgets what is old and many, and never what a job refers to', async () => {
    await using on = await withElke();
    for (let i = 0; i < 6; i++) await edit(on.writing, { type: 'patch', patch: { i } });
    const all = await on.db
      .selectFrom('entity_revision')
      .select(['id', 'after_hash'])
      .orderBy('id')
      .execute();
    await on.db
      .updateTable('entity_revision')
      .set({ created_at: new Date(0) })
      .execute();
    const used = all[1];
    await on.db.insertInto('batch').values({ id: 'b', kind: 'image', label: '', count: 1 }).execute();
    const snapshot = {
      parts: [{ category: 'characters', slug: 'elke', revision: used?.after_hash }],
      checkpoint: { revision: null },
    };
    await on.db
      .insertInto('job')
      .values({
        ...{ id: 'j', batch_id: 'b', ordinal: 0, kind: 'image', status: 'done', lane: 'batch', label: '' },
        snapshot: JSON.stringify(snapshot),
      })
      .execute();
    expect(await pruneRevisions(on.db, { newest: 2, days: 30 })).toBe(2);
    const left = await on.db.selectFrom('entity_revision').select('id').orderBy('id').execute();
    // The one that made the version, the one that began with it, and the newest two.
    expect(left.map(({ id }) => id)).toEqual([all[1]?.id, all[2]?.id, all[4]?.id, all[5]?.id]);
    expect(await pruneRevisions(on.db, { newest: 2, days: 30 })).toBe(0);
  });
});

describe(verifies('editing.nsfw', 'NSFW both ways'), () => {
  test('is written into the file and read from it', async () => {
    await using on = await testLibrary();
    await on.data.put('characters', 'dict.json', { tags: { origin_series: 'x' } });
    await on.data.put('characters', 'list.json', '{"tags": ["a", "b"]}');
    await on.data.put('characters', 'none.json', '{\n  "x": 1\n}\n');
    await on.library.scan('characters');
    const set = (slug: string, nsfw: boolean): Promise<void> =>
      setNsfw(on.writing, { category: 'characters', slug, nsfw, by });
    for (const slug of ['dict', 'list', 'none']) {
      await set(slug, true);
      expect((await entityDetail(on.db, 'characters', slug)).is_nsfw).toBe(true);
    }
    expect(await textOf(on, 'characters', 'none.json')).toBe(
      '{\n  "x": 1,\n  "tags": {\n    "nsfw": true\n  }\n}\n',
    );
    expect(await textOf(on, 'characters', 'list.json')).toBe('{"tags": ["a", "b", "nsfw"]}');
    await set('list', false);
    expect(await textOf(on, 'characters', 'list.json')).toBe('{"tags": ["a", "b"]}');
    await on.data.put('characters', 'dict.json', { tags: { nsfw: 'false' } });
    await on.library.scan('characters');
    expect((await entityDetail(on.db, 'characters', 'dict')).is_nsfw).toBe(false);
  });
});

describe(verifies('editing.bulk', 'many at once'), () => {
  test('each succeeds or fails on its own', async () => {
    await using on = await testLibrary();
    for (const id of ['a', 'b', 'c']) await on.data.put('characters', `${id}.json`, { character_id: id });
    await on.library.scan('characters');
    await writeFile(on.data.file('characters', 'b.json'), '{');
    const deps = {
      ...on.writing,
      setFavourite: (category: CategoryName, slug: string, is_favourite: boolean) =>
        changeRow(on.db, category, slug, { is_favourite }),
    };
    const slugs = ['a', 'b', 'nobody', 'c', 'a'];
    const many = (change: Parameters<typeof changeMany>[1]['change']) =>
      changeMany(deps, { category: 'characters', slugs, change, by });
    expect((await many({ action: 'favourite', favourite: true })).results).toMatchObject([
      { slug: 'a', problem: null },
      { slug: 'b', problem: null },
      { slug: 'nobody', problem: { code: 'not_found' } },
      { slug: 'c', problem: null },
    ]);
    expect((await many({ action: 'nsfw', nsfw: true })).results).toMatchObject([
      { slug: 'a', problem: null },
      { slug: 'b', problem: { code: 'data_error', file: 'characters/b.json' } },
      { problem: { code: 'not_found' } },
      { slug: 'c', problem: null },
    ]);
    const { results } = await many({ action: 'delete', hard: false });
    expect(results.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      'data_error',
      'not_found',
      undefined,
    ]);
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual(['b.json']);
    const { items } = await listTrash(on.db, { limit: 5 });
    expect(results.flatMap(({ trash_id }) => trash_id ?? []).sort()).toEqual(
      items.map(({ id }) => id).sort(),
    );
  });
});

describe(verifies('editing.migrate-tags', 'old tags'), () => {
  test('become objects, once, and each can be undone', async () => {
    await using on = await testLibrary();
    await on.data.put('characters', 'old.json', { character_id: 'old', tags: ['red hair', 'NSFW'] });
    await on.data.put('scenes', 'old.json', { scene_id: 'old', tags: ['night'] });
    await on.data.put('scenes', 'new.json', { scene_id: 'new', tags: { scene_type: 'x' } });
    await on.data.put('looks', 'bad.json', { look_id: 'bad', tags: ['x'] });
    await on.library.scan();
    await writeFile(on.data.file('looks', 'bad.json'), '{');
    expect(await migrateTags(on.writing, { category: 'scenes', by })).toEqual({
      migrated: 1,
      remaining: 0,
      problems: [],
    });
    expect(await migrateTags(on.writing, { by })).toMatchObject({
      migrated: 1,
      remaining: 1,
      problems: [{ category: 'looks', slug: 'bad', problem: { code: 'data_error' } }],
    });
    expect(JSON.parse(await textOf(on, 'characters', 'old.json'))).toEqual({
      character_id: 'old',
      tags: { nsfw: true },
    });
    const { items } = await listRevisions(on.db, { category: 'characters', slug: 'old', limit: 5 });
    await revertEntity(on.writing, {
      category: 'characters',
      slug: 'old',
      id: items[0]?.id ?? '',
      to: 'before',
      by,
    });
    expect(JSON.parse(await textOf(on, 'characters', 'old.json'))).toMatchObject({
      tags: ['red hair', 'NSFW'],
    });
  });
});

test('the raw text of a file is shown with its fault', async () => {
  await using on = await withElke();
  const good = await rawText(on.writing, 'characters', 'elke');
  expect(good).toMatchObject({
    text: await textOf(on, 'characters', 'elke.json'),
    problem: null,
    filename: 'elke.json',
  });
  expect(good.revision).toBe((await entityDetail(on.db, 'characters', 'elke')).revision);
  await on.data.put('characters', 'elke.json', '{\n  "a": \n}');
  expect(await rawText(on.writing, 'characters', 'elke')).toMatchObject({
    text: '{\n  "a": \n}',
    problem: { kind: 'syntax', line: 3 },
  });
  await expect(rawText(on.writing, 'characters', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
});

test(verifies('S5', 'addresses never lead out of the category’s folder'), async () => {
  await using on = await testLibrary();
  for (const id of ['../../etc/passwd', 'a/../../b', '/abs', 'nul\u0000byte', '..']) {
    const slug = slugOf(categories.scenes, id);
    const made = await create(on, 'scenes', { id }).catch(() => null);
    if (made !== null) expect(made).toBe(slug);
  }
  expect(
    (await readdir(path.dirname(on.data.file('scenes', 'x')))).every((name) =>
      /^[a-zA-Z0-9_]+\.json$/.test(name),
    ),
  ).toBe(true);
});
