import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedWords, highlight, searchWords, snippet } from '../../src/index.ts';

const marked = (pieces: { text: string; is_hit: boolean }[]): string =>
  pieces.map(({ text, is_hit }) => (is_hit ? `[${text}]` : text)).join('');

describe('words', () => {
  test('letters and digits of any alphabet, in lower case, each once', () => {
    expect(searchWords('1girl, (red_hair:1.2), Red Hair, tifa \\(ff7\\), Käthe 日本 é')).toEqual([
      ...['1girl', 'red', 'hair', '1', '2', 'tifa', 'ff7', 'käthe', '日本', 'é'],
    ]);
    expect(searchWords('ＡＢＣ ﬁne')).toEqual(['abc', 'fine']);
    expect(searchWords(' ,.-_ ')).toEqual([]);
  });

  test('monsters are left out and there is an end', () => {
    expect(searchWords(`a ${'x'.repeat(61)} b`)).toEqual(['a', 'b']);
    expect(searchWords(Array.from({ length: 5000 }, (_, i) => `w${i}`).join(' '))).toHaveLength(2000);
    expect(askedWords('a b c d e f g h i j')).toHaveLength(8);
    expect(searchWords('\ud800 x')).toEqual(['x']);
  });
});

describe('highlights', () => {
  test('whole words and beginnings before parts of words', () => {
    expect(marked(highlight('a lantern in the hair, HAIR ornament', ['hair']))).toBe(
      'a lantern in the [hair], [HAIR] ornament',
    );
    expect(marked(highlight('rehair hairpin', ['hair']))).toBe('rehair [hair]pin');
    expect(marked(highlight('armchair', ['hair']))).toBe('armc[hair]');
    expect(marked(highlight('red hair', ['red', 'ed', 'hair']))).toBe('[red] [hair]');
    expect(marked(highlight('aaa', ['aa', 'a']))).toBe('[aa]a');
    expect(highlight('', ['x'])).toEqual([{ text: '', is_hit: false }]);
  });

  test('letters that change their length in lower case shift nothing', () => {
    expect(marked(highlight('İstanbul lantern', ['lantern']))).toBe('İstanbul [lantern]');
  });

  test('the pieces are the text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ maxLength: 3 })), (text, words) => {
        const pieces = highlight(text, words);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });

  test('markup of strangers stays text', () => {
    expect(highlight('<b onclick=x>cat</b>', ['cat'])).toEqual([
      { text: '<b onclick=x>', is_hit: false },
      { text: 'cat', is_hit: true },
      { text: '</b>', is_hit: false },
    ]);
  });

  test('a snippet shows the first hit, short, cut between words', () => {
    const text = `${'some words before it '.repeat(20)}the lantern glows ${'and much behind it '.repeat(20)}`;
    const shown = marked(snippet(text, ['lantern']));
    expect(shown).toMatch(/^…\w.*the \[lantern\] glows.*\w…$/);
    expect(shown.length).toBeLessThan(175);
    expect(marked(snippet(text, ['nowhere']))).toMatch(/^some words before/);
    expect(marked(snippet('short\n  text', ['text']))).toBe('short [text]');
    const foxes = '🦊'.repeat(500);
    expect(snippet(foxes, ['x']).every(({ text: part }) => part.isWellFormed())).toBe(true);
  });
});
