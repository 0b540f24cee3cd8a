import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { crossDedup, dedupe, joinTags, normalise, splitTags } from '../../src/index.ts';
import { growth, hostileText, linearGrowth, longTexts, niceText, patientMs } from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

describe('tag strings: normal form', () => {
  test.each([
    ['NORM-1 trimmed, white space folded, lower case', '  Long \n Hair ', 'long hair'],
    ['NORM-2 doubled brackets', '((x))', 'x'],
    ['NORM-2 square brackets', '[x]', 'x'],
    ['NORM-2 weight', '(x:1.2)', 'x'],
    ['NORM-2 weight in weight', '((x:1.1):1.2)', 'x'],
    ['NORM-2 blanks inside', '( x : 1.2 )', 'x'],
    ['NORM-2 negative and signed weights', '(x:-0.5)', 'x'],
    ['NORM-3 underscores are spaces', 'long_hair', 'long hair'],
    ['NORM-4 a group with commas compares whole', '(A, b:1.3)', '(a, b:1.3)'],
    ['NORM-5 <lora:…> compares to the letter', '<lora:Name_X:0.80>', '<lora:Name_X:0.80>'],
    ['NORM-6 brackets that are not one pair stay', '(a) (b)', '(a) (b)'],
    ['NORM-6 escaped brackets stay', 'tifa_\\(ff7\\)', 'tifa \\(ff7\\)'],
    ['NORM-6 a tag that looks like a weight stays', '(:3)', ':3'],
    ['NORM-6 a colon without a number stays', '(mode:fast)', 'mode:fast'],
    ['NORM-7 nothing but brackets is itself', '()', '()'],
    ['NORM-7 nothing but an underscore is itself', '_', '_'],
  ])('%s', (_name, entry, form) => {
    expect(normalise(entry)).toBe(form);
  });
});

describe('tag strings: dedupe', () => {
  test('DEDUP-1 the first stays', () => {
    expect(dedupe(['a', 'B', 'A', 'b', 'c'])).toEqual(['a', 'B', 'c']);
  });
  test('DEDUP-2 the weighted copy stays, in the first one’s place', () => {
    expect(dedupe(['a', 'x', '(a:1.2)', 'a'])).toEqual(['(a:1.2)', 'x']);
    expect(dedupe(['(a:1.1)', 'a', '(a:1.3)'])).toEqual(['(a:1.1)']);
  });
  test('DEDUP-3 BREAK is never a duplicate', () => {
    expect(dedupe(['a', 'BREAK', 'b', 'BREAK', 'a'])).toEqual(['a', 'BREAK', 'b', 'BREAK']);
  });
  test('DEDUP-4 a LoRA with another weight is another entry', () => {
    expect(dedupe(['<lora:x:1>', '<lora:x:0.5>', '<lora:x:1>'])).toEqual(['<lora:x:1>', '<lora:x:0.5>']);
  });
  test('DEDUP-5 leaves every normal form once, and again changes nothing', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const kept = dedupe(splitTags(text));
        const forms = kept.filter((entry) => entry !== 'BREAK').map(normalise);
        expect(new Set(forms).size).toBe(forms.length);
        expect(new Set(forms)).toEqual(
          new Set(
            splitTags(text)
              .filter((entry) => entry !== 'BREAK')
              .map(normalise),
          ),
        );
        expect(dedupe(kept)).toEqual(kept);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('tag strings: crossDedup', () => {
  test.each([
    ['CROSS-1 twice against once leaves one, the first', ['anime, x, anime', 'anime'], ['anime, x', '']],
    ['CROSS-1 equal counts cancel', ['a, b', 'b, c'], ['a', 'c']],
    ['CROSS-2 the first entry goes with the comma behind it', ['b, a', 'b'], ['a', '']],
    ['CROSS-3 weights and underscores do not hide a tag', ['(blue_eyes:1.2), a', 'blue eyes'], ['a', '']],
    ['CROSS-4 BREAK is never cancelled', ['a, BREAK, b', 'BREAK'], ['a, BREAK, b', 'BREAK']],
    [
      'CROSS-5 only the cancelled entries and one comma each go',
      ['x ,\n y,,  z, (p, q:1.1)', 'y'],
      ['x ,,  z, (p, q:1.1)', ''],
    ],
    ['CROSS-6 a group with commas only meets its like', ['(a, b:1.2)', 'a, (a, b:1.2)'], ['', 'a']],
  ])('%s', (_name, [positive = '', negative = ''], [left, right]) => {
    expect(crossDedup(positive, negative)).toEqual({ positive: left, negative: right });
  });

  test('CROSS-7 with nothing to cancel, both come back byte for byte', () => {
    const texts = [' a ,, b\n,', '\tc,(d'] as const;
    expect(crossDedup(...texts)).toEqual({ positive: texts[0], negative: texts[1] });
  });

  const counts = (text: string): Map<string, number> => {
    const found = new Map<string, number>();
    for (const entry of splitTags(text))
      if (entry !== 'BREAK') found.set(normalise(entry), (found.get(normalise(entry)) ?? 0) + 1);
    return found;
  };

  test('CROSS-8 leaves no tag on both sides and changes no count but by cancelled copies', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, niceText), fc.oneof(hostileText, niceText), (positive, negative) => {
        const before = [counts(positive), counts(negative)];
        const result = crossDedup(positive, negative);
        const after = [counts(result.positive), counts(result.negative)];
        for (const form of new Set([...(before[0]?.keys() ?? []), ...(before[1]?.keys() ?? [])])) {
          const [p = 0, n = 0] = before.map((side) => side.get(form));
          const [q = 0, m = 0] = after.map((side) => side.get(form));
          expect([q, m]).toEqual([p - Math.min(p, n), n - Math.min(p, n)]);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('CROSS-9 the last copies go first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }),
        (positive, negative) => {
          const left = splitTags(crossDedup(joinTags(positive), joinTags(negative)).positive);
          const copies = (list: readonly string[], tag: string): number =>
            list.filter((other) => other === tag).length;
          const firstOnes = positive.filter(
            (tag, i) => copies(positive.slice(0, i + 1), tag) <= copies(left, tag),
          );
          expect(left).toEqual(firstOnes);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('CROSS-10 comparing takes linear time', async () => {
    for (const trick of longTexts(24).keys()) {
      const make = (length: number): string => longTexts(length)[trick] ?? '';
      expect(await growth((text) => dedupe(splitTags(text)), make)).toBeLessThan(linearGrowth);
      expect(await growth((text) => crossDedup(text, `${text},a`), make)).toBeLessThan(linearGrowth);
    }
  });
});
