import type { TagVerdict } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { checkTags, promptText } from '../../src/result/check-tags.ts';
import { diff, overlay } from '../../src/result/diff.ts';

const known: Record<string, Partial<TagVerdict>> = {
  'blue hair': { status: 'exact', name: 'blue_hair' },
  catgirl: { status: 'alias', name: 'cat_girl' },
  'fate (series)': { status: 'exact', name: 'fate_(series)' },
  'blu hair': {
    status: 'unknown',
    suggestions: [{ name: 'blue_hair', category: 'general', count: 1, kind: 'spelling' }],
  },
  'navy kimono': {
    status: 'unknown',
    suggestions: [{ name: 'kimono', category: 'general', count: 1, kind: 'similar' }],
  },
};
const verdict = (tag: string): TagVerdict => ({
  tag,
  status: 'unknown',
  name: null,
  category: null,
  count: null,
  suggestions: [],
  ...known[tag],
});
const asked: string[][] = [];
const check = (text: string, exempt: string[] = []) =>
  checkTags([{ pointer: '/p', text }], {
    exempt,
    ask: (tags) => {
      asked.push(tags);
      return Promise.resolve(tags.map(verdict));
    },
    signal: new AbortController().signal,
  });
const textOf = async (text: string) => (await check(text)).texts[0]?.text;

describe('tags are checked', () => {
  test.each([
    ['Blue_Hair', 'blue hair'],
    ['(blue hair:1.2)', '(blue hair:1.2)'],
    ['((blu hair)), [catgirl]', '((blue hair)), [cat girl]'],
    ['(blu_hair:0.8), BREAK', '(blue hair:0.8), BREAK'],
    ['fate (series)', 'fate \\(series\\)'],
    ['fate \\(series\\)', 'fate \\(series\\)'],
    ['navy kimono, made up', 'navy kimono, made up'],
    ['(a, b:1.2), blue hair', '(a, b:1.2), blue hair'],
    ['', ''],
  ])('%s → %s', async (text, wanted) => {
    expect(await textOf(text)).toBe(wanted);
  });

  test('with a report of what was put right and what is not known', async () => {
    const { report } = await check('blu hair, catgirl, navy kimono');
    expect(report).toEqual({
      checked: true,
      replaced: [
        { pointer: '/p', from: 'blu hair', to: 'blue hair' },
        { pointer: '/p', from: 'catgirl', to: 'cat girl' },
      ],
      unknown: [{ pointer: '/p', tag: 'navy kimono', suggestions: ['kimono'] }],
    });
  });

  test('but not trigger words, which stay letter for letter', async () => {
    const { texts, report } = await check('BLU_hair, blue hair', ['blu hair']);
    expect([texts[0]?.text, report.replaced]).toEqual(['BLU_hair, blue hair', []]);
  });

  test('and orders to the program are taken out', async () => {
    const { texts, refused } = await check(
      'blue hair, <lora:evil:1>, __weather__, {a|b}, embedding:x, <b>hi there</b>, >_<',
    );
    expect(texts[0]?.text).toBe('blue hair, >_<');
    expect(refused).toHaveLength(5);
  });

  test('and without a tag server they are left and called unchecked', async () => {
    const checked = await checkTags([{ pointer: '/p', text: 'blu hair' }], {
      exempt: [],
      ask: () => Promise.resolve(null),
      signal: new AbortController().signal,
    });
    expect([checked.texts[0]?.text, checked.report.checked]).toEqual(['blu hair', false]);
  });
});

test('faces keep their underscores', () => {
  expect(['^_^', '>_<', 'o_o', 'hatsune_miku_(cosplay)'].map(promptText)).toEqual([
    '^_^',
    '>_<',
    'o_o',
    'hatsune miku \\(cosplay\\)',
  ]);
});

test('a diff names leaves, and an overlay keeps what nobody named', () => {
  const before = { a: { x: 1, y: 2 }, keep: [1], 'k/~': 1 };
  const after = overlay(before, { a: { x: 9 }, 'k/~': 2, fresh: true });
  expect(after).toEqual({ a: { x: 9, y: 2 }, keep: [1], 'k/~': 2, fresh: true });
  expect(diff(before, after)).toEqual([
    { pointer: '/a/x', before: 1, after: 9 },
    { pointer: '/k~1~0', before: 1, after: 2 },
    { pointer: '/fresh', after: true },
  ]);
  expect(before.a.x).toBe(1);
});
