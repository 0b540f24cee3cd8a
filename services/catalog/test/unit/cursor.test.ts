import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exactTimePattern, readCursor, writeCursor } from '../../src/db/cursor.ts';

const Position = z.object({ name: z.string(), favourite: z.boolean() });

test('a cursor brings back what was put in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (name, favourite) => {
      expect(readCursor(Position, writeCursor({ name, favourite }))).toEqual({ name, favourite });
    }),
  );
});

test('anything else is refused in a sentence, and nothing else is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => Buffer.from(json).toString('base64url')),
      ),
      (text) => {
        expect(() => readCursor(Position, text)).toThrow(/not one that GAZE gave out/);
      },
    ),
  );
});

test('times are exact to the microsecond', () => {
  expect('2026-11-24T10:00:00.123456Z').toMatch(exactTimePattern);
  expect('2026-11-24T10:00:00.123Z').not.toMatch(exactTimePattern);
});
