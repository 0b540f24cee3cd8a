import { mkdir, readFile, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';
import { eventually, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { cardOf } from '../../src/library/cards.ts';
import { changeEntity, entityDetail, listProblems } from '../../src/library/detail.ts';
import { buildFolderLock } from '../../src/library/folder-lock.ts';
import { buildLibrary } from '../../src/library/library.ts';
import { forgetLongGone } from '../../src/library/scan-store.ts';
import { markerFile } from '../../src/library/scan.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { anyNumber, anyText, containing } from '../support/matchers.ts';

const elke = {
  character_id: 'elke',
  character_name: 'Elke',
  identity: { hair: 'silver hair' },
  tags: { origin_series: 'Lanterns', nsfw: 'true' },
};

async function scanOne(test: TestLibrary, category: CategoryName = 'characters') {
  const [result] = await test.library.scan(category);
  if (result === undefined) throw new Error('no result');
  return result;
}

const slugsOf = async (test: TestLibrary): Promise<string[]> =>
  (
    await test.db.selectFrom('entity').select('slug').where('gone_at', 'is', null).orderBy('slug').execute()
  ).map((row) => row.slug);

describe('nine categories', () => {
  test('each takes its files over by its own id and name fields and its own rule for slugs', async () => {
    await using library = await testLibrary();
    for (const category of categoryList) {
      await library.data.put(category.name, 'first one.json', {
        [category.idField]: 'Some/first.one',
        [category.nameField]: `The ${category.singular}`,
      });
      await library.data.put(category.name, 'bare_file.json', {});
    }
    const results = await library.library.scan();
    expect(results.map((result) => [result.category, result.files, result.added, result.problems])).toEqual(
      categoryList.map((category) => [category.name, 2, 2, 0]),
    );
    for (const { name, singular, slugRule } of categoryList) {
      const slug = slugRule === 'underscore' ? 'Some_first_one' : 'Somefirstone';
      expect(await cardOf(library.db, name, slug)).toMatchObject({
        id: 'Some/first.one',
        name: `The ${singular}`,
      });
      expect(await cardOf(library.db, name, 'bare_file')).toMatchObject({
        id: 'bare_file',
        name: 'bare file',
      });
    }
  });

  test('what a card shows comes from the file', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', {
      ...elke,
      lora: { lora_name: 'Illustrious/Looks/elke.safetensors', lora_weight: '0.8' },
    });
    await scanOne(library);
    expect(await cardOf(library.db, 'characters', 'elke')).toEqual({
      ...{ category: 'characters', slug: 'elke', id: 'elke', name: 'Elke', subtitle: 'Lanterns' },
      ...{ is_favourite: false, is_nsfw: true, cover: null, problem: null },
      lora: { name: 'Illustrious/Looks/elke.safetensors', weight: 0.8 },
    });
  });
});

describe('edits from outside', () => {
  test('a new name shows after a rescan; a broken file keeps the last good version and says where it is broken', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    const before = await entityDetail(library.db, 'characters', 'elke');

    await library.data.put('characters', 'elke.json', { ...elke, character_name: 'Elke Marrow' });
    expect(await scanOne(library)).toMatchObject({ added: 0, changed: 1 });
    const renamed = await entityDetail(library.db, 'characters', 'elke');
    expect(renamed.name).toBe('Elke Marrow');
    expect(renamed.revision).not.toBe(before.revision);

    await library.data.put(
      'characters',
      'elke.json',
      '{\n  "character_id": "elke",\n  "character_name": "Broken"\n  "identity": {}\n}\n',
    );
    expect(await scanOne(library)).toMatchObject({ changed: 0, problems: 1 });
    expect(await entityDetail(library.db, 'characters', 'elke')).toMatchObject({
      name: 'Elke Marrow',
      revision: renamed.revision,
      problem: containing('a comma is expected'),
    });
    expect(await listProblems(library.db)).toMatchObject([
      { category: 'characters', file: 'elke.json', kind: 'syntax', line: 4, column: 3, slug: 'elke' },
    ]);

    await library.data.put('characters', 'elke.json', { ...elke, identity: { hair: 12 } });
    await scanOne(library);
    expect(await listProblems(library.db)).toMatchObject([
      { kind: 'schema', line: 5, column: 13, pointer: '/identity/hair' },
    ]);

    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    expect(await listProblems(library.db)).toEqual([]);
    expect(await entityDetail(library.db, 'characters', 'elke')).toMatchObject({
      name: 'Elke',
      problem: null,
    });
  });

  test('each edit is a revision with both texts as they were written', async () => {
    await using library = await testLibrary();
    const texts = ['{ "character_id":"elke",  "z": 1 }', '{"character_id": "elke", "a": 2}\n'] as const;
    await library.data.put('characters', 'elke.json', texts[0]);
    await scanOne(library);
    await library.data.put('characters', 'elke.json', texts[1]);
    await scanOne(library);
    const revisions = await library.db
      .selectFrom('entity_revision')
      .select(['slug', 'before_text', 'after_text', 'made_by'])
      .execute();
    expect(revisions).toEqual([
      { slug: 'elke', before_text: texts[0], after_text: texts[1], made_by: 'file' },
    ]);
  });

  test('what only the database knows survives any edit', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    const kept = {
      is_favourite: true,
      default_fields: ['identity::hair'],
      active_outfit: 'winter',
      page_state: { seed: 7 },
    };
    await changeEntity(library.db, 'characters', 'elke', kept);
    await library.data.put('characters', 'elke.json', { ...elke, character_name: 'Other' });
    await scanOne(library);
    expect(await entityDetail(library.db, 'characters', 'elke')).toMatchObject({
      ...{
        name: 'Other',
        is_favourite: true,
        default_fields: ['identity::hair'],
        active_outfit: 'winter',
        state: { seed: 7 },
      },
    });
  });

  test('a touched file is no change: nothing is told and no revision made', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    await library.takeEvents();
    await utimes(library.data.file('characters', 'elke.json'), new Date(1), new Date(1));
    expect(await scanOne(library)).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect(await library.takeEvents()).toEqual([]);
    expect(await library.db.selectFrom('entity_revision').selectAll().execute()).toEqual([]);
  });

  test('a scan without changes tells nothing, broken files or not', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await library.data.put('characters', 'twin.json', elke);
    await library.data.put('characters', 'broken.json', '{');
    expect(await scanOne(library)).toMatchObject({ added: 1, problems: 2 });
    expect(await library.takeEvents()).toMatchObject([
      { type: 'entity.changed', entity: { slug: 'elke' } },
      { type: 'problems.changed', count: 2 },
    ]);
    expect(await scanOne(library)).toMatchObject({ added: 0, changed: 0, problems: 2 });
    expect(await library.takeEvents()).toEqual([]);
  });

  test('a few changes are told one by one, many as one', async () => {
    await using library = await testLibrary();
    for (let i = 0; i < 60; i++)
      await library.data.put('scenes', `scene_${i}.json`, { scene_id: `scene_${i}` });
    await scanOne(library, 'scenes');
    expect(await library.takeEvents()).toEqual([{ type: 'library.changed', category: 'scenes' }]);
    await library.data.put('scenes', 'scene_1.json', { scene_id: 'scene_1', scene_name: 'Harbour' });
    await scanOne(library, 'scenes');
    expect(await library.takeEvents()).toMatchObject([
      { type: 'entity.changed', entity: { name: 'Harbour' } },
    ]);
  });

  test('an id does not change in edits', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    await library.data.put('characters', 'elke.json', { ...elke, character_id: 'someone' });
    await scanOne(library);
    expect(await slugsOf(library)).toEqual(['elke']);
    expect(await listProblems(library.db)).toMatchObject([
      { kind: 'schema', pointer: '/character_id', line: 2, slug: 'elke' },
    ]);
  });
});

describe('collisions', () => {
  test('the file that has the row keeps it, both are marked, and the newcomer gets it once it is free', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'old.json', { character_id: 'elke', character_name: 'First' });
    await scanOne(library);
    await library.data.put('characters', 'a_new.json', { character_id: 'el-ke', character_name: 'Second' });
    await library.takeEvents();
    await scanOne(library);
    expect(await library.takeEvents()).toMatchObject([
      { type: 'entity.changed', entity: { name: 'First' } },
      { type: 'problems.changed', count: 1 },
    ]);
    expect(await listProblems(library.db)).toMatchObject([
      { file: 'a_new.json', kind: 'collision', slug: 'elke', pointer: '/character_id' },
    ]);
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({
      name: 'First',
      problem: containing('a_new.json'),
    });

    await library.data.remove('characters', 'old.json');
    await scanOne(library);
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name: 'Second', problem: null });
    expect(await listProblems(library.db)).toEqual([]);
  });

  test('of two new files with one id the first by name gets it', async () => {
    await using library = await testLibrary();
    for (const name of ['b', 'a'])
      await library.data.put('characters', `${name}.json`, { character_id: 'elke', character_name: name });
    await scanOne(library);
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name: 'a' });
  });
});

describe('files that go', () => {
  test('a vanished file hides its entry, which comes back with its state', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await library.data.put('characters', 'other.json', { character_id: 'other' });
    await scanOne(library);
    await changeEntity(library.db, 'characters', 'elke', { is_favourite: true });
    await library.takeEvents();
    const aside = path.join(library.data.path, 'elke.json');
    await rename(library.data.file('characters', 'elke.json'), aside);
    expect(await scanOne(library)).toMatchObject({ removed: 1, warning: null });
    expect(await library.takeEvents()).toEqual([
      { type: 'entity.removed', category: 'characters', slug: 'elke' },
    ]);
    expect(await cardOf(library.db, 'characters', 'elke')).toBeNull();
    await expect(
      changeEntity(library.db, 'characters', 'elke', { is_favourite: false }),
    ).rejects.toMatchObject({ code: 'not_found' });

    await rename(aside, library.data.file('characters', 'elke.json'));
    await scanOne(library);
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ is_favourite: true });
    expect(await library.takeEvents()).toMatchObject([{ type: 'entity.changed', entity: { slug: 'elke' } }]);
  });

  test('a file that comes back changed brings its state along, too', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    await changeEntity(library.db, 'characters', 'elke', { is_favourite: true });
    await library.data.remove('characters', 'elke.json');
    await scanOne(library);
    await library.data.put('characters', 'elsewhere.json', { ...elke, character_name: 'Back' });
    await scanOne(library);
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({
      name: 'Back',
      is_favourite: true,
    });
  });

  test('a file that was renamed outside keeps its entry', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    await changeEntity(library.db, 'characters', 'elke', { is_favourite: true });
    await rename(
      library.data.file('characters', 'elke.json'),
      library.data.file('characters', 'a_better_name.json'),
    );
    expect(await scanOne(library)).toMatchObject({ added: 0, changed: 1, removed: 0 });
    expect(await entityDetail(library.db, 'characters', 'elke')).toMatchObject({
      filename: 'a_better_name.json',
      is_favourite: true,
    });
    expect(await scanOne(library)).toMatchObject({ changed: 0, removed: 0 });
  });

  test('another entry may take the file name of one that went, and both keep their own state', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'x.json', { character_id: 'first' });
    await scanOne(library);
    await changeEntity(library.db, 'characters', 'first', { is_favourite: true });
    await library.data.remove('characters', 'x.json');
    await scanOne(library);
    await library.data.put('characters', 'x.json', { character_id: 'second' });
    await scanOne(library);
    expect(await slugsOf(library)).toEqual(['second']);
    await library.data.put('characters', 'y.json', { character_id: 'first' });
    await scanOne(library);
    expect(await slugsOf(library)).toEqual(['first', 'second']);
    expect(await cardOf(library.db, 'characters', 'first')).toMatchObject({ is_favourite: true });
  });

  test('what is gone for thirty days is forgotten, not before', async () => {
    await using library = await testLibrary();
    for (const id of ['old', 'young', 'here'])
      await library.data.put('characters', `${id}.json`, { character_id: id });
    await scanOne(library);
    await library.db
      .updateTable('entity')
      .set({ gone_at: new Date(Date.now() - 31 * 86_400_000) })
      .where('slug', '=', 'old')
      .execute();
    await library.db
      .updateTable('entity')
      .set({ gone_at: new Date(Date.now() - 29 * 86_400_000) })
      .where('slug', '=', 'young')
      .execute();
    await forgetLongGone(library.db);
    const left = await library.db.selectFrom('entity').select('slug').orderBy('slug').execute();
    expect(left.map((row) => row.slug)).toEqual(['here', 'young']);
  });

  test('a fault ends with its file', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'broken.json', '{');
    await scanOne(library);
    await library.data.remove('characters', 'broken.json');
    await library.takeEvents();
    expect(await scanOne(library)).toMatchObject({ problems: 0 });
    expect(await library.takeEvents()).toEqual([{ type: 'problems.changed', count: 0 }]);
  });
});

describe(verifies('R13', 'a data folder that is not mounted, or emptied'), () => {
  test('without its marker nothing is hidden, and the warning says what to do', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await library.data.put('characters', 'broken.json', '{');
    await scanOne(library);
    await rm(library.data.path, { recursive: true });
    const result = await scanOne(library);
    expect(result).toMatchObject({ files: 0, removed: 0, problems: 1 });
    expect(result.warning).toContain('may not be mounted');
    expect(await slugsOf(library)).toEqual(['elke']);
    expect(await listProblems(library.db)).toHaveLength(1);
  });

  test('an empty folder in its place hides nothing, even of a single file, and takes nothing in', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'elke.json', elke);
    await scanOne(library);
    await rename(library.data.path, `${library.data.path}-away`);
    await mkdir(library.data.path);
    expect(await scanOne(library)).toMatchObject({
      removed: 0,
      warning: containing('may not be mounted'),
    });
    expect(await slugsOf(library)).toEqual(['elke']);
    expect(await readdir(library.data.path)).toEqual([]);
    await rm(library.data.path, { recursive: true });
    await rename(`${library.data.path}-away`, library.data.path);
    expect(await scanOne(library)).toMatchObject({ added: 0, changed: 0, removed: 0, warning: null });
  });

  test('more than a fifth and more than twenty gone at once hide nothing', async () => {
    await using library = await testLibrary();
    for (let i = 0; i < 40; i++)
      await library.data.put('scenes', `scene_${i}.json`, { scene_id: `scene_${i}` });
    await scanOne(library, 'scenes');
    for (let i = 0; i < 21; i++) await library.data.remove('scenes', `scene_${i}.json`);
    expect(await scanOne(library, 'scenes')).toMatchObject({ removed: 0, warning: containing('21 of 40') });
    expect(await slugsOf(library)).toHaveLength(40);
    await library.data.put('scenes', 'scene_0.json', { scene_id: 'scene_0' });
    expect(await scanOne(library, 'scenes')).toMatchObject({ removed: 20, warning: null });
  });

  test('many files that were only renamed are no loss', async () => {
    await using library = await testLibrary();
    for (let i = 0; i < 30; i++)
      await library.data.put('scenes', `scene_${i}.json`, { scene_id: `scene_${i}` });
    await scanOne(library, 'scenes');
    for (let i = 0; i < 30; i++)
      await rename(
        library.data.file('scenes', `scene_${i}.json`),
        library.data.file('scenes', `moved_${i}.json`),
      );
    expect(await scanOne(library, 'scenes')).toMatchObject({ removed: 0, changed: 30, warning: null });
  });
});

test(
  verifies(
    'R11',
    'hostile files among good ones: the good load, the bad are listed with their reason, no file changes',
  ),
  async () => {
    await using library = await testLibrary();
    const bad: Record<string, [string | Buffer, string]> = {
      'truncated.json': ['{"character_id": "t", "identity": {"ha', 'syntax'],
      'nul.json': ['{"character_id": "n\0"}', 'syntax'],
      'deep.json': [`{"a":${'['.repeat(10_000)}`, 'syntax'],
      'escape.json': ['{"character_id": "e", "character_name": "a\\u0000b"}', 'schema'],
      'latin.json': [Buffer.from('{"character_name": "\xe9"}', 'latin1'), 'syntax'],
      'big.json': [Buffer.alloc(50 * 1024 * 1024, 32), 'too_large'],
      'list.json': ['[]', 'schema'],
      'mixed.json': ['{"character_id": "m", "wardrobe": {"top": "a", "b": {}}}', 'schema'],
      'unnameable.json': ['{"character_id": "日本"}', 'schema'],
      'endless.json': [`{"character_id": "e", "character_name": "${'n'.repeat(100_000)}"}`, 'schema'],
    };
    const good: Record<string, string> = {
      'bom.json': '\uFEFF{"character_id": "bom"}',
      'proto.json':
        '{"character_id": "proto", "__proto__": {"x": 1}, "constructor": {"prototype": {"x": 1}}}',
      'large.json': `{"character_id": "large", "identity": {"extra": ${JSON.stringify('tag, '.repeat(50_000))}}}`,
      'numbers.json': '{"character_id": "numbers", "huge": 1e999, "long": 12345678901234567890}',
    };
    for (const [name, [content]] of Object.entries(bad)) await library.data.put('characters', name, content);
    for (const [name, content] of Object.entries(good)) await library.data.put('characters', name, content);
    for (let i = 0; i < 300; i++)
      await library.data.put('characters', `plain_${i}.json`, { character_id: `plain_${i}` });

    expect(await scanOne(library)).toMatchObject({ added: 304, problems: Object.keys(bad).length });
    const problems = new Map((await listProblems(library.db)).map((problem) => [problem.file, problem]));
    for (const [name, [content, kind]] of Object.entries(bad)) {
      expect(problems.get(name)).toMatchObject({ kind });
      if (kind !== 'too_large')
        expect(problems.get(name)).toMatchObject({ line: anyNumber, column: anyNumber });
      if (kind === 'schema') expect(problems.get(name)).toMatchObject({ pointer: anyText });
      expect((await readFile(library.data.file('characters', name))).equals(Buffer.from(content))).toBe(true);
    }
    expect(await entityDetail(library.db, 'characters', 'proto')).toMatchObject({ name: 'proto' });
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  },
);

test('a file that the database refuses is listed, and its neighbours are taken over', async () => {
  await using library = await testLibrary();
  await library.data.put('looks', 'a.json', { look_id: 'a' });
  // The index on the character of looks takes no entry of this size, however it is compressed.
  const noise = Array.from({ length: 4000 }, (_, i) => Math.sin(i).toString(36)).join('');
  await library.data.put('looks', 'b.json', { look_id: 'b', character_id: noise });
  await library.data.put('looks', 'c.json', { look_id: 'c' });
  expect(await scanOne(library, 'looks')).toMatchObject({ added: 2, problems: 1 });
  expect(await slugsOf(library)).toEqual(['a', 'c']);
  expect(await listProblems(library.db)).toMatchObject([
    { file: 'b.json', message: containing('cannot be stored') },
  ]);
});

test('a folder that cannot be read changes nothing and says so', async () => {
  await using library = await testLibrary();
  await library.data.put('characters', 'elke.json', elke);
  await scanOne(library);
  const folder = path.dirname(library.data.file('characters', 'elke.json'));
  await rm(folder, { recursive: true });
  await writeFile(folder, 'no folder');
  expect(await scanOne(library)).toMatchObject({
    removed: 0,
    warning: containing('cannot be read (ENOTDIR)'),
  });
  expect(await slugsOf(library)).toEqual(['elke']);
});

test('an edit shows without a rescan: in place, by rename, a new file, a deleted one', async () => {
  await using library = await testLibrary();
  await library.data.put('characters', 'elke.json', elke);
  await scanOne(library);
  library.library.start();
  const file = library.data.file('characters', 'elke.json');
  const shows = (name: string) =>
    eventually(async () => expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name }));

  // The watcher needs a moment to be there, so the first edit is repeated until it shows.
  await eventually(async () => {
    await library.data.put('characters', 'elke.json', { ...elke, character_name: 'In place' });
    await eventually(
      async () => expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name: 'In place' }),
      { timeoutMs: 1500 },
    );
  });
  await writeFile(`${file}.tmp`, JSON.stringify({ ...elke, character_name: 'By rename' }));
  await rename(`${file}.tmp`, file);
  await shows('By rename');
  await library.data.put('characters', 'fresh.json', { character_id: 'fresh' });
  await eventually(async () => expect(await slugsOf(library)).toContain('fresh'));
  await library.data.remove('characters', 'fresh.json');
  await eventually(async () => expect(await slugsOf(library)).not.toContain('fresh'));
});

test('after an update that derives other columns every file is read again, and nothing is told', async () => {
  await using library = await testLibrary();
  await library.data.put('characters', 'elke.json', elke);
  await scanOne(library);
  await library.db.updateTable('entity').set({ search: 'from an older version' }).execute();
  await library.takeEvents();
  await library.library.scan('characters', { everything: true });
  expect((await library.db.selectFrom('entity').select('search').executeTakeFirstOrThrow()).search).toContain(
    'silver hair',
  );
  expect(await library.takeEvents()).toEqual([]);
});

test('the marker is looked for under its documented name', () => {
  expect(markerFile).toBe('.gaze-data');
});

describe('a look at the named files alone', () => {
  const named = (...files: string[]) => ({ named: new Set(files) });

  test('takes them over and leaves everything else alone', async () => {
    await using library = await testLibrary();
    for (const id of ['a', 'b', 'c'])
      await library.data.put('characters', `${id}.json`, { character_id: id });
    await scanOne(library);
    for (const id of ['a', 'b'])
      await library.data.put('characters', `${id}.json`, { character_id: id, character_name: `New ${id}` });
    await library.data.remove('characters', 'c.json');
    const [result] = await library.library.scan('characters', named('a.json'));
    expect(result).toMatchObject({ added: 0, changed: 1, removed: 0 });
    expect(await cardOf(library.db, 'characters', 'a')).toMatchObject({ name: 'New a' });
    expect(await cardOf(library.db, 'characters', 'b')).toMatchObject({ name: 'b' });
    expect(await slugsOf(library)).toEqual(['a', 'b', 'c']);
    expect((await library.library.scan('characters', named('c.json')))[0]).toMatchObject({ removed: 1 });
  });

  test('sees an edit that left the stamp as it was', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'a.json', '{"character_id":"a","character_name":"One"}');
    await scanOne(library);
    await library.db
      .updateTable('entity')
      .set({ revision: 'of the write before, within one tick of the clock' })
      .execute();
    expect(await scanOne(library)).toMatchObject({ changed: 0 });
    expect((await library.library.scan('characters', named('a.json')))[0]).toMatchObject({ changed: 1 });
  });

  test('knows who holds an address, whether that file is there, and whose fault ends with it', async () => {
    await using library = await testLibrary();
    await library.data.put('characters', 'first.json', { character_id: 'elke', character_name: 'First' });
    await scanOne(library);
    await library.data.put('characters', 'second.json', { character_id: 'elke', character_name: 'Second' });
    expect((await library.library.scan('characters', named('second.json')))[0]).toMatchObject({
      added: 0,
      changed: 0,
      problems: 1,
    });
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name: 'First' });
    await library.data.remove('characters', 'first.json');
    expect((await library.library.scan('characters', named('first.json')))[0]).toMatchObject({
      changed: 1,
      removed: 0,
      problems: 0,
    });
    expect(await cardOf(library.db, 'characters', 'elke')).toMatchObject({ name: 'Second' });
    await rename(
      library.data.file('characters', 'second.json'),
      library.data.file('characters', 'third.json'),
    );
    expect((await library.library.scan('characters', named('second.json', 'third.json')))[0]).toMatchObject({
      changed: 1,
      removed: 0,
      problems: 0,
    });
    expect(await entityDetail(library.db, 'characters', 'elke')).toMatchObject({ filename: 'third.json' });
  });

  test('believes no mass of missing files either', async () => {
    await using library = await testLibrary();
    const files = Array.from({ length: 30 }, (_, i) => `s${i}.json`);
    for (const file of files) await library.data.put('scenes', file, {});
    await scanOne(library, 'scenes');
    for (const file of files) await library.data.remove('scenes', file);
    expect((await library.library.scan('scenes', named(...files)))[0]).toMatchObject({
      removed: 0,
      warning: containing('30 of 30'),
    });
  });
});

test('the sample set that ships has no problem', async () => {
  await using library = await testLibrary();
  const { db, events, store } = library;
  const shipped = buildLibrary({
    db,
    events,
    store,
    dataDir: path.resolve(import.meta.dirname, '../../../../data'),
    modelRoots: {},
    lock: buildFolderLock(),
    defaultCheckpoint: () => Promise.resolve(null),
    log: testLog(),
  });
  const results = await shipped.scan();
  expect(await listProblems(db)).toEqual([]);
  for (const { category, files, added } of results)
    expect(`${category}: ${added}`).toBe(`${category}: ${files}`);
  await shipped.stop();
});
