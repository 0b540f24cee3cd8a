import { describe, expect, it } from 'vitest';
import { tagDiff } from './tag-diff.ts';

describe('tagDiff', () => {
  it('marks what only one of them has, in the order of each', () => {
    const diff = tagDiff('1girl, red hair, smile', 'smile, 1girl, blue hair');
    expect(diff.a.map(({ text, state }) => `${text}:${state}`)).toEqual([
      '1girl:same',
      'red hair:only',
      'smile:same',
    ]);
    expect(diff.b.filter(({ state }) => state === 'only').map(({ text }) => text)).toEqual(['blue hair']);
    expect([diff.onlyA, diff.onlyB, diff.reweighed]).toEqual([1, 1, 0]);
  });

  it('tells another weight from another tag', () => {
    const diff = tagDiff('(solo:1.2), long hair', 'solo, (long hair:1.00)');
    expect(diff.a.map(({ state }) => state)).toEqual(['weight', 'same']);
    expect([diff.onlyA, diff.reweighed]).toEqual([0, 1]);
  });

  it('takes case and underscores for the same', () => {
    expect(tagDiff('Long_Hair', 'long  hair').onlyA).toBe(0);
  });

  it('has nothing to say of two empty prompts', () => {
    expect(tagDiff('', '')).toEqual({ a: [], b: [], onlyA: 0, onlyB: 0, reweighed: 0 });
  });
});
