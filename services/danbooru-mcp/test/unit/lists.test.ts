import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { categoryList } from '@gaze/contracts';
import { normalise, splitTags } from '@gaze/domain';
import { tempDir, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { buildTagList } from '../../src/list/tag-list.ts';
import { mergeLists } from '../../src/list/merge.ts';
import { parseLine } from '../../src/list/parse-line.ts';

const data = join(import.meta.dirname, '../../../../data');

describe('a line', () => {
  test.each([
    [
      'blue_hair,0,620,"a,b c"',
      { name: 'blue_hair', category: 'general', count: 620, aliases: ['a', 'b_c'] },
    ],
    ['Blue Hair,general,7,', { name: 'blue_hair', category: 'general', count: 7, aliases: [] }],
    ['wlop,1,7', { name: 'wlop', category: 'artist', count: 7, aliases: [] }],
    ['touhou,3,1,x', { name: 'touhou', category: 'copyright', count: 1, aliases: ['x'] }],
    ['reimu,CHARACTER,1,""', { name: 'reimu', category: 'character', count: 1, aliases: [] }],
    ['solo', { name: 'solo', category: 'general', count: 0, aliases: [] }],
    ['"a,b",5,2,"say ""hi"""', { name: 'a,b', category: 'meta', count: 2, aliases: ['say_"hi"'] }],
    ['x,0,1,"x,X,y,y"', { name: 'x', category: 'general', count: 1, aliases: ['y'] }],
  ])('%s', (line, tag) => {
    expect(parseLine(line)).toEqual({ kind: 'tag', tag });
  });

  test.each(['', '   ', '# a note', 'name,category,post_count,aliases', 'tag,category,count,alias'])(
    '«%s» says nothing',
    (line) => {
      expect(parseLine(line)).toEqual({ kind: 'nothing' });
    },
  );

  test.each([
    ['x,2,1', /no category/],
    ['x,food,1', /«food» is no category/],
    ['x,0,many', /«many» is no count/],
    ['x,0,-1', /no count/],
    ['x,0,1e99', /no count/],
    [',0,1', /name is missing/],
    ['x,0,1,"open', /not closed/],
    ['x\u0000,0,1', /control characters/],
    [`${'x'.repeat(300)},0,1`, /longer than 200/],
  ])('%s is bad', (line, message) => {
    expect(parseLine(line)).toMatchObject({ kind: 'bad', message: expect.stringMatching(message) as string });
  });
});

describe('several lists', () => {
  test('count by the later one and add their aliases up', () => {
    const { entries } = mergeLists([
      { name: 'a.csv', text: 'blue_hair,0,1,"a"\nother,0,1,' },
      { name: 'b.csv', text: 'blue_hair,5,9,"b"' },
    ]);
    expect(entries).toContainEqual({ name: 'blue_hair', category: 'meta', count: 9, aliases: ['a', 'b'] });
    expect(entries).toHaveLength(2);
  });

  test('turn a name into an alias where a later one says so, and not the other way round', () => {
    const lists = [
      { name: 'a.csv', text: 'bangs,0,5,' },
      { name: 'b.csv', text: 'blunt_bangs,0,9,"bangs"' },
    ];
    expect(mergeLists(lists).entries.map(({ name }) => name)).toEqual(['blunt_bangs']);
    expect(
      mergeLists(lists.toReversed())
        .entries.map(({ name }) => name)
        .sort(),
    ).toEqual(['bangs', 'blunt_bangs']);
  });

  test('name file and line of what they cannot read, and go on', () => {
    const { entries, files, problems } = mergeLists([
      { name: 'a.csv', text: '\ufeffblue_hair,0,1,\r\nbad,9,1\r\n\r\nred_hair,0,1,"\r\nred_eyes,0,1' },
    ]);
    expect(entries.map(({ name }) => name)).toEqual(['blue_hair', 'red_eyes']);
    expect(files).toEqual([{ file: 'a.csv', tags: 2, bad_lines: 2 }]);
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual(['a.csv:2', 'a.csv:4']);
  });

  test('of nothing but rubbish are an empty list with fifty problems', () => {
    const { entries, files, problems } = mergeLists([{ name: 'r.csv', text: 'x,9,9\n'.repeat(5000) }]);
    expect([entries.length, files[0]?.bad_lines, problems.length]).toEqual([0, 5000, 50]);
  });
});

describe('the folder', () => {
  const listOf = (...folders: string[]) => buildTagList({ folders, now: () => new Date(0), log: testLog() });

  test('is read with the starter first, and again when a file changes', async () => {
    await using dir = await tempDir();
    const list = listOf(dir.path, join(dir.path, 'missing'));
    await writeFile(join(dir.path, 'starter.csv'), 'blue_hair,0,1,\n');
    await writeFile(join(dir.path, 'a.csv'), 'blue_hair,0,500,\n');
    await writeFile(join(dir.path, 'notes.txt'), 'not a list');
    await list.load();
    expect(list.index().validate('blue hair').count).toBe(500);
    expect(list.status()).toMatchObject({ tags: 1, files: [{ file: 'starter.csv' }, { file: 'a.csv' }] });
    const before = list.index();
    await list.load();
    expect(list.index()).toBe(before);
    await writeFile(join(dir.path, 'b.csv'), 'red_hair,0,7,\n');
    await list.load();
    expect(list.index().validate('red hair').status).toBe('exact');
  });

  test('may hold a folder named like a list', async () => {
    await using dir = await tempDir();
    await mkdir(join(dir.path, 'x.csv'));
    const list = listOf(dir.path);
    await list.load();
    expect(list.status().tags).toBe(0);
  });
});

describe(verifies('tags.starter', 'the starter list'), () => {
  test('has thousands of tags, of every category, without a bad line', async () => {
    const { entries, problems } = mergeLists([
      { name: 'starter.csv', text: await readFile(join(data, 'tags/starter.csv'), 'utf8') },
    ]);
    expect(problems).toEqual([]);
    expect(entries.length).toBeGreaterThan(3000);
    expect(new Set(entries.map(({ category }) => category)).size).toBe(5);
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  });

  test('knows every tag of the sample entries', async () => {
    const list = buildTagList({ folders: [join(data, 'tags')], now: () => new Date(0), log: testLog() });
    await list.load();
    const unknown = (await sampleTags()).filter((tag) => list.index().validate(tag).status === 'unknown');
    expect(unknown).toEqual([]);
  });
});

const texts = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(texts)
      : [];

/** Every entry of every prompt field under data/, brackets and weights taken off; wildcards are no tags. */
async function sampleTags(): Promise<string[]> {
  const found = new Set<string>();
  for (const { folder, sections } of categoryList) {
    for (const file of (await readdir(join(data, folder))).filter((name) => name.endsWith('.json'))) {
      const entry = JSON.parse(await readFile(join(data, folder, file), 'utf8')) as Record<string, unknown>;
      const places = sections
        .filter(({ name }) => name !== 'lora')
        .flatMap((section) => {
          const source = (section.atRoot === true ? entry : entry[section.name]) as
            Record<string, unknown> | undefined;
          if (source === undefined) return [];
          return section.nested === true ? [source] : section.keys.map((key) => source[key]);
        });
      const plain = ['base_positive', 'base_negative', 'extra_positive', 'extra_negative'].map(
        (key) => entry[key],
      );
      for (const text of texts([...places, ...plain])) {
        for (const tag of splitTags(text))
          if (!/[{}]|__/.test(tag)) found.add(normalise(tag.replaceAll('\\', '')));
      }
    }
  }
  expect(found.size).toBeGreaterThan(400);
  return [...found];
}
