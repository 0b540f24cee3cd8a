import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesEtag, parseRange } from '../../src/media/range.ts';

describe('a range of bytes', () => {
  test.each([
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=3-', 10, { start: 3, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
    ['bytes=3-99', 10, { start: 3, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=5-3', 10, null],
    ['bytes=-', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['items=0-1', 10, null],
    [undefined, 10, null],
  ])('%s of %i bytes', (header, bytes, expected) => {
    expect(parseRange(header, bytes)).toEqual(expected);
  });

  test('is always inside the bytes', () => {
    const number = fc.oneof(fc.nat(), fc.constant(''));
    fc.assert(
      fc.property(number, number, fc.nat({ max: 10_000 }), (from, to, bytes) => {
        const range = parseRange(`bytes=${from}-${to}`, bytes);
        if (range === null || range === 'unsatisfiable') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(bytes);
      }),
    );
  });
});

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  [undefined, false],
])('If-None-Match %s', (header, expected) => {
  expect(matchesEtag(header, '"a"')).toBe(expected);
});
