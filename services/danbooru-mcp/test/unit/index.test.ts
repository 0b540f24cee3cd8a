import { describe, expect, test } from 'vitest';
import { editDistance } from '../../src/tags/edit-distance.ts';
import { tagKey } from '../../src/tags/name.ts';
import { indexOf, manyTags } from './entries.ts';

const index = indexOf(
  'blue_hair,0,600,"blue_haired,bluehair"',
  'blue_eyes,0,900,',
  'blue_dress,0,100,',
  'bluebell,0,5,',
  'black_hair,0,800,',
  'long_hair,0,5000,"longhair"',
  '1girl,0,6000,"1girls"',
  '2girls,0,900,',
  'twin_braids,0,70,',
  'teal_ribbon,0,7,',
  'seal_coat,0,3,',
  'red_coat,0,9,',
  'hatsune_miku,4,400,"miku_hatsune"',
  'vocaloid,3,450,',
  'fate_(series),3,300,"fate_series"',
  'watercolor_(medium),5,20,watercolour',
);
const names = (hits: { name: string }[]) => hits.map(({ name }) => name);
const limit = 20;

describe('search_tags', () => {
  test('finds what begins so, the most used first', () => {
    expect(names(index.search('blue', { limit }))).toEqual([
      'blue_eyes',
      'blue_hair',
      'blue_dress',
      'bluebell',
    ]);
    expect(names(index.search('Blue  H', { limit }))).toEqual(['blue_hair']);
    expect(names(index.search('blue', { limit: 2 }))).toEqual(['blue_eyes', 'blue_hair']);
    expect(index.search('hair', { limit })).toEqual([]);
  });

  test('finds by another name, says by which, and names a tag once', () => {
    expect(index.search('miku', { limit })).toEqual([
      { name: 'hatsune_miku', category: 'character', count: 400, alias: 'miku_hatsune' },
    ]);
    expect(index.search('blue_hair', { limit })).toEqual([
      { name: 'blue_hair', category: 'general', count: 600, alias: null },
    ]);
  });

  test('keeps to a category, and lists it from the top without a query', () => {
    expect(names(index.search('', { limit: 2 }))).toEqual(['1girl', 'long_hair']);
    expect(names(index.search('', { limit, category: 'copyright' }))).toEqual(['vocaloid', 'fate_(series)']);
    expect(names(index.search('blue', { limit, category: 'character' }))).toEqual([]);
  });
});

describe('suggest_tags', () => {
  test('adds tags with a word that begins so', () => {
    expect(names(index.suggest('hai', { limit }))).toEqual(['long_hair', 'black_hair', 'blue_hair']);
    expect(names(index.suggest('miku', { limit }))).toEqual(['hatsune_miku']);
    expect(names(index.suggest('hair bl', { limit }))).toEqual(['black_hair', 'blue_hair']);
    expect(names(index.suggest('ha', { limit: 2 }))).toEqual(['hatsune_miku', 'long_hair']);
  });

  test('reads through slips of the pen where nothing else is found', () => {
    expect(names(index.suggest('balck_hair', { limit }))).toEqual(['black_hair']);
    expect(names(index.suggest('vocalod', { limit }))).toEqual(['vocaloid']);
    expect(index.suggest('zzzzzz', { limit })).toEqual([]);
    expect(index.suggest('vocalod', { limit, category: 'artist' })).toEqual([]);
  });
});

describe('validate_tags', () => {
  test.each(['blue_hair', 'Blue Hair', ' blue  hair ', 'BLUE_HAIR'])('takes «%s» for blue_hair', (tag) => {
    expect(index.validate(tag)).toEqual({
      tag,
      status: 'exact',
      name: 'blue_hair',
      category: 'general',
      count: 600,
      suggestions: [],
    });
  });

  test('takes escaped parentheses for plain ones', () => {
    expect(index.validate('fate \\(series\\)').name).toBe('fate_(series)');
  });

  test('answers an alias with the canonical tag', () => {
    expect(index.validate('miku hatsune')).toMatchObject({
      status: 'alias',
      name: 'hatsune_miku',
      category: 'character',
    });
    expect(index.validate('watercolour')).toMatchObject({ status: 'alias', name: 'watercolor_(medium)' });
  });

  const first = (tag: string) => index.validate(tag).suggestions[0];

  test.each([
    ['blu_hair', 'blue_hair'],
    ['bleu hair', 'blue_hair'],
    ['blue_eye', 'blue_eyes'],
    ['hatsune_mikuu', 'hatsune_miku'],
    ['longhiar', 'long_hair'],
    ['watercolr_(mdium)', 'watercolor_(medium)'],
  ])('puts the slip «%s» right as %s', (tag, name) => {
    expect(index.validate(tag)).toMatchObject({ status: 'unknown', name: null });
    expect(first(tag)).toMatchObject({ kind: 'spelling', name });
  });

  test('puts words in their order', () => {
    expect(first('hair_blue')).toMatchObject({ kind: 'order', name: 'blue_hair' });
  });

  test('does not take one word that exists for another', () => {
    const { suggestions } = index.validate('teal coat');
    expect(suggestions.map(({ kind }) => kind)).not.toContain('spelling');
    expect(suggestions.map(({ name }) => name)).toContain('seal_coat');
  });

  test('does not take one number for another', () => {
    expect(index.validate('3girls').suggestions).toEqual([]);
    expect(first('2girl')).toMatchObject({ kind: 'spelling', name: '2girls' });
  });

  test('names what is left of a longer description', () => {
    expect(first('frilly_red_coat')).toMatchObject({ kind: 'similar', name: 'red_coat' });
  });

  test('survives anything', () => {
    for (const tag of [
      '',
      '_',
      '\u0000',
      '\\',
      '((((',
      'ü'.repeat(200),
      '😀'.repeat(40),
      '__proto__',
      'constructor',
    ]) {
      expect(index.validate(tag).status, JSON.stringify(tag)).toBe('unknown');
      expect(() => index.suggest(tag, { limit })).not.toThrow();
    }
  });
});

describe('a list of 20,000', () => {
  const { lines } = manyTags(20_000);
  const large = indexOf(...lines);
  const tags = lines.map((line) => line.split(',')[0] ?? '');

  test('finds by halving what looking at each finds', () => {
    for (const prefix of ['k', 'sha', 'tenlu', 'minaro', 'q', 'zz']) {
      const all = large.search(prefix, { limit: 100 }).filter(({ alias }) => alias === null);
      const wanted = tags.filter((name) => name.startsWith(prefix));
      expect(all.length).toBe(Math.min(100, wanted.length));
      for (const { name } of all) expect(name.startsWith(prefix)).toBe(true);
    }
  });

  test('finds every tag again after one slip', () => {
    for (const name of tags.filter((_, at) => at % 400 === 0)) {
      const at = Math.floor(name.length / 2);
      const slip = name.slice(0, at) + (name[at + 1] ?? 'e') + (name[at] ?? '') + name.slice(at + 2);
      if (slip === name || large.validate(slip).status !== 'unknown') continue;
      expect(
        large.validate(slip).suggestions.map((one) => one.name),
        `${slip} for ${name}`,
      ).toContain(name);
    }
  });
});

describe('the distance of two words', () => {
  test.each([
    ['hair', 'hair', 0],
    ['hair', 'hiar', 1],
    ['hair', 'hairs', 1],
    ['hair', 'air', 1],
    ['hair', 'heir', 1],
    ['hair', 'hear', 2],
    ['blue', 'bulge', 2],
    ['blue', 'green', 3],
    ['', 'ab', 2],
  ])('from %s to %s', (a, b, distance) => {
    expect(editDistance(a, b, 2)).toBe(distance);
    expect(editDistance(b, a, 2)).toBe(distance);
  });

  test('agrees with the textbook on thousands of pairs', () => {
    const letters = 'abc';
    const words = Array.from({ length: 60 }, (_, n) =>
      Array.from({ length: 2 + (n % 5) }, (_u, i) => letters[(n * 7 + i * (n + 3)) % 3]).join(''),
    );
    for (const a of words)
      for (const b of words) {
        const exact = textbook(a, b);
        expect(editDistance(a, b, 2), `${a} ${b}`).toBe(Math.min(exact, 3));
      }
  });
});

function textbook(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_u, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => d[i]?.[j] ?? 99;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const row = d[i];
      if (row === undefined) continue;
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(at(i, j), at(i - 2, j - 2) + 1);
    }
  return at(a.length, b.length);
}

test('names are equal with spaces and underscores', () => {
  expect(tagKey('  Hatsune   Miku ')).toBe('hatsune_miku');
  expect(tagKey('saber \\(fate\\)')).toBe('saber_(fate)');
});
