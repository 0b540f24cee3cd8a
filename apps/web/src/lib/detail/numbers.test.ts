import { Seed, Side } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { drawSeed, readSeed } from './seed.ts';
import { presetOf, readSide, sizePresets } from './size.ts';

describe('sizes', () => {
  it('offers only sizes that the server takes', () => {
    for (const { width, height } of sizePresets) {
      expect(Side.safeParse(width).success && Side.safeParse(height).success).toBe(true);
    }
  });

  it('finds the preset of a size', () => {
    expect(presetOf({ width: 1024, height: 1024 })?.label).toBe('1:1');
    expect(presetOf({ width: 1024, height: 1032 })).toBeUndefined();
  });

  it.each(['64', ' 832 ', '8192'])('reads %s as the server does', (text) => {
    expect(readSide(text)).toEqual({ pixels: Number(text) });
  });

  it.each(['', '63', '8200', '830', '12.5', '-64', '1e3x', 'wide'])(
    'says what is wrong with «%s»',
    (text) => {
      expect(readSide(text)).toHaveProperty('problem');
      expect(Side.safeParse(text.trim() === '' ? Number.NaN : Number(text)).success).toBe(false);
    },
  );

  it('names the nearest side that would do', () => {
    expect(readSide('830')).toEqual({ problem: 'A side is a multiple of 8: 832 is the nearest.' });
  });
});

describe('seeds', () => {
  it('reads digits, with the spaces that people put between them', () => {
    expect(readSeed('4 183 920 176')).toEqual({ seed: 4183920176 });
    expect(readSeed('  ')).toEqual({ seed: null });
  });

  it.each(['-1', '1.5', '9007199254740993', 'abc', '1e5'])('refuses «%s»', (text) => {
    expect(readSeed(text)).toHaveProperty('problem');
  });

  it('draws what the server takes', () => {
    expect([0, 0.5, 0.999_999_999].map((r) => Seed.safeParse(drawSeed(() => r)).success)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
