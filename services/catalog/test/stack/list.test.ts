import { LibraryQuery } from '@gaze/contracts';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeEntity } from '../../src/library/detail.ts';
import { countsOf, facetsOf } from '../../src/library/facets.ts';
import { listLibrary } from '../../src/library/list.ts';
import { completeJob } from '../support/pictures.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { anyText } from '../support/matchers.ts';

type Asked = Partial<z.input<typeof LibraryQuery>>;

async function names(on: TestLibrary, query: Asked = {}): Promise<string[]> {
  return (await listLibrary(on.db, LibraryQuery.parse({ category: 'actions', ...query }))).items.map(
    (card) => card.name,
  );
}

/** All pages, with something happening between them. */
async function walk(
  on: TestLibrary,
  query: Asked,
  between: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100; page++) {
    const reply = await listLibrary(
      on.db,
      LibraryQuery.parse({ category: 'actions', limit: 3, ...query, cursor }),
    );
    expect(reply.items.length).toBeLessThanOrEqual(3);
    found.push(...reply.items.map((card) => card.slug));
    if (reply.next_cursor === null) return found;
    cursor = reply.next_cursor;
    await between(page);
  }
  throw new Error('the pages never end');
}

async function filled(): Promise<TestLibrary> {
  const on = await testLibrary();
  const put = (id: string, name: string, more: object = {}) =>
    on.data.put('actions', `${id}.json`, { action_id: id, action_name: name, ...more });
  await put('tea', 'Drinking Tea', {
    action: { hands: 'holding a cup' },
    tags: { participants: ['1girl', 'solo'], nsfw: false },
  });
  await put('walk', 'apple picking', {
    tags: { participants: '1girl', nsfw: true },
    lora: { lora_name: 'a.safetensors' },
  });
  await put('zed', 'Zebra_crossing', { tags: { participants: '1boy' } });
  await put('umlaut', 'Änderung', { tags: ['solo', 'nsfw'] });
  await put('b1', 'Same Name');
  await put('b2', 'same name');
  await put('pct', '100% sure');
  await on.library.scan('actions');
  return on;
}

describe('order', () => {
  test('favourites first, then names whatever their case, then slugs', async () => {
    await using on = await filled();
    await changeEntity(on.db, 'actions', 'zed', { is_favourite: true });
    const ordered = [
      '100% sure',
      'apple picking',
      'Drinking Tea',
      'Same Name',
      'same name',
      'Zebra_crossing',
      'Änderung',
    ];
    expect(await names(on, { sort: 'name' })).toEqual(ordered);
    expect(await names(on)).toEqual([
      'Zebra_crossing',
      ...ordered.filter((name) => name !== 'Zebra_crossing'),
    ]);
  });

  test('what changed last is the most recent', async () => {
    await using on = await filled();
    await on.data.put('actions', 'tea.json', { action_id: 'tea', action_name: 'Later' });
    await on.library.scan('actions');
    expect((await names(on, { sort: 'recent' }))[0]).toBe('Later');
  });
});

describe('pages', () => {
  test.each(['favourite', 'name', 'recent'] as const)('by %s every entry comes once', async (sort) => {
    await using on = await filled();
    await changeEntity(on.db, 'actions', 'zed', { is_favourite: true });
    const all = await walk(on, { sort });
    expect([...all].sort()).toEqual(['b1', 'b2', 'pct', 'tea', 'umlaut', 'walk', 'zed']);
  });

  test('times that differ by microseconds neither skip nor repeat', async () => {
    await using on = await testLibrary();
    for (let i = 0; i < 10; i++) await on.data.put('actions', `a${i}.json`, { action_id: `a${i}` });
    await on.library.scan('actions');
    for (let i = 0; i < 10; i++) {
      await on.db
        .updateTable('entity')
        .set({ updated_at: `2026-01-01T00:00:00.1234${i}0Z` })
        .where('slug', '=', `a${i}`)
        .execute();
    }
    expect(await walk(on, { sort: 'recent' })).toEqual([
      'a9',
      'a8',
      'a7',
      'a6',
      'a5',
      'a4',
      'a3',
      'a2',
      'a1',
      'a0',
    ]);
  });

  test('entries that come and go between pages move no other', async () => {
    await using on = await testLibrary();
    for (let i = 0; i < 10; i++) await on.data.put('actions', `a${i}.json`, { action_id: `a${i}` });
    await on.library.scan('actions');
    const seen = await walk(on, { sort: 'name' }, async (page) => {
      if (page !== 0) return;
      await on.data.put('actions', 'a00.json', { action_id: 'a00' });
      await on.data.remove('actions', 'a1.json');
      await on.data.remove('actions', 'a5.json');
      await on.library.scan('actions');
    });
    expect(seen).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a6', 'a7', 'a8', 'a9']);
  });

  test('a cursor of another order, or none of ours, is refused', async () => {
    await using on = await filled();
    const { next_cursor } = await listLibrary(
      on.db,
      LibraryQuery.parse({ category: 'actions', limit: 1, sort: 'name' }),
    );
    const ask = (query: Asked) => listLibrary(on.db, LibraryQuery.parse({ category: 'actions', ...query }));
    await expect(ask({ cursor: next_cursor ?? '', sort: 'recent' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'cursor',
    });
    await expect(ask({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('filters', () => {
  let shared: TestLibrary;
  beforeAll(async () => {
    shared = await filled();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  test.each<[string, Asked, string[]]>([
    ['a word of the prompt', { q: 'CUP' }, ['Drinking Tea']],
    ['every word must be there', { q: 'tea cup' }, ['Drinking Tea']],
    ['words that are not together', { q: 'tea zebra' }, []],
    ['letters inside a word', { q: 'pple' }, ['apple picking']],
    ['a letter beyond ASCII in any case', { q: 'änder' }, ['Änderung']],
    ['signs of LIKE are plain letters', { q: '100%' }, ['100% sure']],
    ['an underscore is no wildcard', { q: 'zebra_cross' }, ['Zebra_crossing']],
    ['and matches nothing else', { q: 'drinking_tea' }, []],
    ['not safe for work', { nsfw: 'nsfw' }, ['apple picking', 'Änderung']],
    [
      'safe',
      { nsfw: 'sfw', q: 'e' },
      ['100% sure', 'Drinking Tea', 'Same Name', 'same name', 'Zebra_crossing'],
    ],
    ['with a LoRA', { has_lora: true }, ['apple picking']],
    ['without a LoRA', { has_lora: false, q: 'apple' }, []],
    ['one of the words of a list tag', { tags: ['participants:solo'] }, ['Drinking Tea']],
    ['a text tag', { tags: ['participants:1boy'] }, ['Zebra_crossing']],
    [
      'several of one key widen',
      { tags: ['participants:1boy', 'participants:1girl'] },
      ['apple picking', 'Drinking Tea', 'Zebra_crossing'],
    ],
    ['different keys narrow', { tags: ['participants:1girl', 'other:x'] }, []],
  ])('%s', async (_name, query, expected) => {
    expect(await names(shared, { sort: 'name', ...query })).toEqual(expected);
  });

  test('favourites, covers and problems', async () => {
    await using on = await filled();
    await changeEntity(on.db, 'actions', 'tea', { is_favourite: true });
    await on.db
      .updateTable('entity')
      .set({ cover_key: 'k', cover_sha256: 's' })
      .where('slug', '=', 'walk')
      .execute();
    await on.data.put('actions', 'zed.json', '{');
    await on.data.put('actions', 'twin.json', { action_id: 'pct' });
    await on.library.scan('actions');
    expect(await names(on, { favourite: true })).toEqual(['Drinking Tea']);
    expect(await names(on, { favourite: false })).toHaveLength(6);
    expect(await names(on, { has_cover: true })).toEqual(['apple picking']);
    expect(await names(on, { has_cover: false })).toHaveLength(6);
    expect(await names(on, { has_problem: true, sort: 'name' })).toEqual(['100% sure', 'Zebra_crossing']);
    expect(await names(on, { has_problem: false })).toHaveLength(5);
  });

  test('a tag filter without a colon is refused', async () => {
    await expect(names(shared, { tags: ['solo'] })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'tag',
    });
  });

  test('a text with NUL is the asker’s fault and not ours', async () => {
    await expect(names(shared, { q: 'a\0b' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

test('facets count what is there, by the tags of the category', async () => {
  await using on = await filled();
  const { total, facets } = await facetsOf(on.db, 'actions');
  expect(total).toBe(7);
  expect(facets).toEqual([
    {
      ...{ key: 'participants', label: anyText },
      values: [
        { value: '1girl', label: '1girl', count: 2 },
        { value: '1boy', label: '1boy', count: 1 },
        { value: 'solo', label: 'solo', count: 1 },
      ],
    },
    {
      ...{ key: 'has', label: 'Has' },
      values: [
        { value: 'lora', label: 'LoRA', count: 1 },
        { value: 'no_cover', label: 'No cover', count: 7 },
      ],
    },
  ]);
});

test('counts of the navigation leave out what is hidden', async () => {
  await using on = await filled();
  await completeJob(on);
  await on.data.remove('actions', 'tea.json');
  await on.library.scan('actions');
  expect(await countsOf(on.db)).toEqual({ counts: { actions: 6 }, images: 1, problems: 0 });
  await on.data.put('actions', 'walk.json', '{,');
  await on.library.scan('actions');
  expect(await countsOf(on.db)).toMatchObject({ problems: 1 });
});

test('a LoRA is missing where a host has told of its files and nobody has this one', async () => {
  await using on = await filled();
  const lora = async () =>
    (await listLibrary(on.db, LibraryQuery.parse({ category: 'actions', has_lora: true }))).items[0]?.lora;
  expect(await lora()).toEqual({ name: 'a.safetensors', weight: 1 });
  await on.db
    .insertInto('host')
    .values({ id: 'h1', name: 'Atelier', url: 'http://127.0.0.1:9001', origin: 'settings' })
    .execute();
  const file = (name: string) => on.db.insertInto('host_file').values({ host_id: 'h1', kind: 'lora', name });
  await file('b.safetensors').execute();
  expect(await lora()).toEqual({ name: 'a.safetensors', weight: 1, is_missing: true });
  await file('a.safetensors').execute();
  expect(await lora()).toEqual({ name: 'a.safetensors', weight: 1 });
});

test('an entry without a cover shows one of its own pictures', async () => {
  await using on = await filled();
  const { views } = await completeJob(on, { owner: { category: 'actions', slug: 'tea' }, count: 2 });
  await completeJob(on, { owner: { category: 'actions', slug: 'walk' } });
  const { items } = await listLibrary(on.db, LibraryQuery.parse({ category: 'actions', q: 'tea' }));
  expect(items[0]?.cover).toMatchObject({ kind: 'fallback' });
  expect(views.map((view) => view.url)).toContain(items[0]?.cover?.url);
});
