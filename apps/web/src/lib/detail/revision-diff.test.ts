import { describe, expect, it } from 'vitest';
import { leavesOf, placeOf, wordsOf } from './revision-diff.ts';

const shown = (before: unknown, after: unknown): string =>
  wordsOf({ pointer: '/x', before, after })
    .map(({ text, kind }) => `${{ same: ' ', added: '+', dropped: '-' }[kind]}${text}`)
    .join('|');

describe('wordsOf', () => {
  it('keeps what stayed, in the order of the newer text', () => {
    expect(shown('red hair, long hair', 'red hair, short hair')).toBe(' red hair|-long hair|+short hair');
    expect(shown('a, b, c', 'b, c, d')).toBe('-a| b| c|+d');
  });

  it('shows a field that came or went', () => {
    expect(shown(undefined, 'a, b')).toBe('+a|+b');
    expect(shown('a', undefined)).toBe('-a');
  });

  it('takes lists, numbers and objects', () => {
    expect(shown(['a', 'b'], ['b'])).toBe('-a| b');
    expect(shown(0.8, 1)).toBe('-0.8|+1');
    expect(shown({ a: 1 }, { a: 2 })).toBe('-{"a":1}|+{"a":2}');
    expect(shown(false, true)).toBe('-false|+true');
  });

  it('does not choke on a very long text', () => {
    const long = Array.from({ length: 1000 }, (_, i) => `t${i}`).join(', ');
    expect(wordsOf({ pointer: '', before: long, after: `${long}, z` })).toHaveLength(2001);
  });
});

describe('leavesOf', () => {
  it('takes an object that came apart, without what is empty in it', () => {
    const after = { top: 'coat', bottom: '', more: { a: 1 } };
    expect(leavesOf({ pointer: '/wardrobe/Rain', after })).toEqual([
      { pointer: '/wardrobe/Rain/top', after: 'coat' },
      { pointer: '/wardrobe/Rain/more/a', after: 1 },
    ]);
  });

  it('leaves plain values, lists and objects that hold nothing as they are', () => {
    for (const change of [
      { pointer: '/a', before: 'x', after: 'y' },
      { pointer: '/a', before: ['x'], after: [] },
      { pointer: '/a', before: 'x', after: { b: 1 } },
      { pointer: '/a', after: { top: '' } },
    ])
      expect(leavesOf(change)).toEqual([change]);
  });
});

describe('placeOf', () => {
  it('is readable', () => {
    expect(placeOf('/wardrobe/Winter~1harbour/full_body')).toBe('wardrobe · Winter/harbour · full body');
    expect(placeOf('')).toBe('the whole file');
  });
});
