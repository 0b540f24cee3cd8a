import { SearchQuery } from '@gaze/contracts';
import type { Highlighted } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { search } from '../../src/search/search.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

let on: TestLibrary;
beforeAll(async () => {
  on = await testLibrary();
  const character = (id: string, name: string, hair: string, more: object = {}) =>
    on.data.put('characters', `${id}.json`, {
      character_id: id,
      character_name: name,
      identity: { hair },
      ...more,
    });
  await character('elke_marrow', 'Elke Marrow', 'red hair, braid');
  await character('elke', 'Elke', 'silver hair');
  await character('marrow_elke', 'Marrow of Elke', 'no hair', { tags: { nsfw: true } });
  await character('bex', 'Bex', 'elkhorn lantern, <b onmouseover=alert(1)>hair</b>');
  await on.data.put('outfits', 'coat.json', {
    outfit_id: 'coat',
    outfit_name: 'Lantern Coat',
    wardrobe: { top: 'elke’s old coat' },
  });
  await on.data.put('scenes', 'harbour.json', {
    scene_id: 'harbour',
    scene_name: 'Harbour',
    scene: { background: 'armchair by the sea' },
  });
  await on.library.scan();
  await on.db.updateTable('entity').set({ is_favourite: true }).where('slug', '=', 'bex').execute();
  await completeJob(on, {
    owner: { category: 'characters', slug: 'elke_marrow' },
    record: { prompts: { main: 'a paper lantern, <script>x</script>', face: '', hand: '', negative: '' } },
  });
  await completeJob(on, {
    owner: { category: 'scenes', slug: 'harbour' },
    isNsfw: true,
    record: { prompts: { main: 'armchair, sea', face: '', hand: '', negative: '' } },
  });
});
afterAll(() => on[Symbol.asyncDispose]());

const ask = (query: object) => search(on.db, SearchQuery.parse(query));
const slugs = async (query: object): Promise<Record<string, string[]>> => {
  const { groups } = await ask(query);
  return Object.fromEntries(
    groups.map(({ category, items }) => [category, items.map(({ card }) => card.slug)]),
  );
};
const marked = (pieces: Highlighted | null | undefined): string =>
  (pieces ?? []).map(({ text, is_hit }) => (is_hit ? `[${text}]` : text)).join('');

describe(verifies('search.house', 'search over the whole house'), () => {
  test('groups by category, best first: the name itself, its beginning, its words, texts', async () => {
    expect(await slugs({ q: 'elke' })).toEqual({
      characters: ['elke', 'elke_marrow', 'marrow_elke'],
      outfits: ['coat'],
    });
    expect(await slugs({ q: 'marrow elke' })).toEqual({ characters: ['elke_marrow', 'marrow_elke'] });
    // One that is found in two ways takes one place.
    expect((await slugs({ q: 'elk', limit: 4 })).characters).toEqual([
      'elke',
      'elke_marrow',
      'marrow_elke',
      'bex',
    ]);
    expect((await slugs({ q: 'elk', limit: 2 })).characters).toEqual(['elke', 'elke_marrow']);
    expect(await slugs({ q: 'elk' })).toEqual({
      characters: ['elke', 'elke_marrow', 'marrow_elke', 'bex'],
      outfits: ['coat'],
    });
  });

  test('one letter, parts of words, several words, and favourites first among equals', async () => {
    expect((await slugs({ q: 'b' })).characters?.[0]).toBe('bex');
    expect(await slugs({ q: 'chair' })).toEqual({ scenes: ['harbour'] });
    expect((await slugs({ q: 'hair' })).characters).toEqual(['bex', 'elke', 'elke_marrow', 'marrow_elke']);
    expect(await slugs({ q: 'red braid' })).toEqual({ characters: ['elke_marrow'] });
    expect(await slugs({ q: 'ntern coat' })).toEqual({ outfits: ['coat'] });
    expect(await slugs({ q: 'zeppelin' })).toEqual({});
    expect(await ask({ q: '?!' })).toEqual({
      groups: [],
      images: { found: { count: 0, is_capped: false }, items: [] },
    });
  });

  test('filters: category, NSFW, type', async () => {
    expect(await slugs({ q: 'elke', category: 'outfits' })).toEqual({ outfits: ['coat'] });
    expect((await slugs({ q: 'elke', nsfw: 'sfw' })).characters).toEqual(['elke', 'elke_marrow']);
    expect(await slugs({ q: 'elke', nsfw: 'nsfw' })).toEqual({ characters: ['marrow_elke'] });
    const resources = await ask({ q: 'lantern', type: 'resources' });
    expect([resources.groups.length, resources.images]).toEqual([2, null]);
    const images = await ask({ q: 'lantern', type: 'images' });
    expect([images.groups, images.images?.items.length]).toEqual([[], 1]);
    expect((await ask({ q: 'chair', nsfw: 'sfw' })).images?.items).toEqual([]);
    expect((await ask({ q: 'lantern', category: 'scenes' })).images?.items).toEqual([]);
  });

  test('marks what was found, as data: no HTML comes from anywhere', async () => {
    const { groups, images } = await ask({ q: 'lant' });
    const outfit = groups.find(({ category }) => category === 'outfits')?.items[0];
    expect([marked(outfit?.name), outfit?.snippet]).toEqual(['[Lant]ern Coat', null]);
    const bex = groups.find(({ category }) => category === 'characters')?.items[0];
    expect(marked(bex?.snippet)).toBe('elkhorn [lant]ern, <b onmouseover=alert(1)>hair</b>');
    expect(marked(images?.items[0]?.snippet)).toBe('a paper [lant]ern, <script>x</script>');
    // Found by whose it is: that is what is shown.
    const byOwner = await ask({ q: 'marrow', type: 'images' });
    expect(byOwner.images?.items.map(({ snippet }) => marked(snippet))).toEqual(['Elke [Marrow]']);
  });

  test('counts go no further than a thousand', async () => {
    await sql`
      INSERT INTO entity (category, slug, id, name, filename, revision, data, search, file_size, file_mtime_ms, file_ctime_ms, file_inode)
      SELECT 'actions', 'wave_' || n, 'wave_' || n, 'Wave ' || n, 'wave_' || n || '.json', 'r', '{}', 'wave ' || n || CASE WHEN n <= 7 THEN ' seven' ELSE '' END, 0, 0, 0, ''
      FROM generate_series(1, 1200) AS n`.execute(on.db);
    const [group] = (await ask({ q: 'wave', limit: 3 })).groups;
    expect(group).toMatchObject({ category: 'actions', found: { count: 1000, is_capped: true } });
    expect(group?.items.map(({ card }) => card.slug)).toEqual(['wave_1', 'wave_10', 'wave_100']);
    expect((await ask({ q: 'wave seven' })).groups[0]?.found).toEqual({ count: 7, is_capped: false });
    // The one that was meant comes first, however many begin like it.
    expect((await slugs({ q: 'wave 77', limit: 1 })).actions).toEqual(['wave_77']);
    expect((await slugs({ q: 'wave_1200', limit: 1 })).actions).toEqual(['wave_1200']);
  });

  test('hostile questions are words like any other', async () => {
    for (const q of [`'`, `a'b`, '\\', `x' | 'y`, ':*', '&&& !', '%', '_', '\u0000', '🦊', 'a'.repeat(200)])
      await expect(ask({ q })).resolves.toBeDefined();
  });
});
