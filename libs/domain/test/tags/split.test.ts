import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { joinTags, joinTexts, splitTags } from '../../src/index.ts';
import { growth, hostileText, linearGrowth, longTexts, patientMs } from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

describe('tag strings: splitTags and joinTags', () => {
  test.each([
    ['TAG-1 commas at depth 0 separate', 'a, b,c', ['a', 'b', 'c']],
    ['TAG-2 a weighted entry is whole', '(tag:1.2), x', ['(tag:1.2)', 'x']],
    ['TAG-2 doubled brackets are whole', '((tag)), [tag]', ['((tag))', '[tag]']],
    ['TAG-2 a group keeps its commas', '(a, b:1.3), c', ['(a, b:1.3)', 'c']],
    ['TAG-2 a group in a group', '((a, b), [c, d]), e', ['((a, b), [c, d])', 'e']],
    ['TAG-3 escaped parentheses are characters', 'tifa \\(ff7\\), b', ['tifa \\(ff7\\)', 'b']],
    ['TAG-3 an escaped opener does not open', '\\(a, b), c', ['\\(a', 'b)', 'c']],
    ['TAG-3 an escaped backslash does not free its bracket, as in ComfyUI', '\\\\(a, b)', ['\\\\(a', 'b)']],
    [
      'TAG-4 <lora:…> and embedding:… are whole',
      '<lora:name:0.8>, embedding:name',
      ['<lora:name:0.8>', 'embedding:name'],
    ],
    [
      'TAG-4 a bracket in a LoRA name is not structure',
      '<lora:a(b:0.8>, c, d)',
      ['<lora:a(b:0.8>', 'c', 'd)'],
    ],
    ['TAG-5 an opener without a closer is a character', ':(, a, b', [':(', 'a', 'b']],
    ['TAG-5 so is one whose closer is of the other kind', '(a, b], c', ['(a', 'b]', 'c']],
    ['TAG-5 an opener inside of a closed group stays in it', '(a [b, c), d', ['(a [b, c)', 'd']],
    ['TAG-5 a closer alone is a character', ':), a', [':)', 'a']],
    ['TAG-6 BREAK is an entry', 'a, BREAK, b', ['a', 'BREAK', 'b']],
    ['TAG-7 only commas separate', 'a\nb; c | d', ['a\nb; c | d']],
    ['TAG-8 blank entries are none', ' , a,,  ,b,', ['a', 'b']],
    ['TAG-8 an emoticon is a tag', '>_<, <3, ^_^', ['>_<', '<3', '^_^']],
  ])('%s', (_name, text, entries) => {
    expect(splitTags(text)).toEqual(entries);
  });

  test('TAG-9 joinTags only joins', () => {
    expect(joinTags(['a', 'a', '(b, c)'])).toBe('a, a, (b, c)');
  });

  test('TAG-10 splitTags(joinTags(x)) = x for every list that splitTags gives', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const entries = splitTags(text);
        expect(splitTags(joinTags(entries))).toEqual(entries);
      }),
      { numRuns: 5000 },
    );
  });

  test('TAG-11 splitting loses nothing but commas at depth 0 and white space at the seams', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const bare = (from: string): string => from.replace(/[\s,]/gu, '');
        expect(bare(splitTags(text).join(''))).toBe(bare(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('TAG-12 joinTexts doubles no comma', () => {
    expect(joinTexts(' a, ', '', ', b,c ,', ' \n')).toBe('a, b,c');
  });

  test('TAG-13 takes linear time', async () => {
    for (const trick of longTexts(24).keys()) {
      expect(await growth(splitTags, (length) => longTexts(length)[trick] ?? '')).toBeLessThan(linearGrowth);
    }
  });
});
