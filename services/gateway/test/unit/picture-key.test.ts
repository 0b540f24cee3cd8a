import fc from 'fast-check';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pictureKey } from '../../src/media/picture-key.ts';

describe('[S5] the key of a picture', () => {
  test.each(['a.png', 'characters/x/gen_1_1_0.png', 'looks/x/Ä b.JPG', 'generator/mix/x.webp', 'a/..b.png'])(
    '%s is one',
    (key) => {
      if (key.includes('..b')) expect(() => pictureKey(key)).toThrow(/no picture/);
      else expect(pictureKey(key)).toBe(key);
    },
  );

  test.each(['a.png.json', 'a.svg', 'a.html', 'a', '.thumbs/a.webp', 'a/.b.png', '.png'])(
    '%s is not shown',
    (key) => {
      expect(() => pictureKey(key)).toThrow(expect.objectContaining({ code: 'not_found' }) as Error);
    },
  );

  test.each([
    '',
    '/a.png',
    '../a.png',
    'a/../b.png',
    './a.png',
    'a//b.png',
    'a\\b.png',
    'a\u0000.png',
    `${'a/'.repeat(500)}a.png`,
  ])('%j is no key', (key) => {
    expect(() => pictureKey(key)).toThrow(expect.objectContaining({ code: 'malformed_request' }) as Error);
  });

  test('whatever passes stays inside the store', () => {
    const part = fc.constantFrom('a', '..', '.', '', 'b c', '%2e%2e', '.x', 'c\\d', 'e.png');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        let key: string;
        try {
          key = pictureKey(`${parts.join('/')}.png`);
        } catch {
          return;
        }
        expect(path.resolve('/store', key).startsWith('/store/')).toBe(true);
      }),
    );
  });
});
