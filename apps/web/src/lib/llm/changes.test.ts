import { describe, expect, it } from 'vitest';
import { groupChanges, isSilent } from './changes.ts';

describe('isSilent', () => {
  it('is true of a field that was and stays empty, and of nothing else', () => {
    for (const after of ['', null, [], [''], {}]) expect(isSilent({ pointer: '/a', after })).toBe(true);
    expect(isSilent({ pointer: '/a', before: 'x', after: '' })).toBe(false);
    for (const after of [false, 0, 'x', ['x'], { a: 0 }])
      expect(isSilent({ pointer: '/a', after })).toBe(false);
  });
});

describe('groupChanges', () => {
  it('puts the keys of one section together, in the order in which they come', () => {
    const groups = groupChanges([
      { pointer: '/character_name', after: 'Ilsa' },
      { pointer: '/wardrobe/at~1sea/top', after: 'coat' },
      { pointer: '/tags/origin_series', before: 'a', after: 'b' },
      { pointer: '/wardrobe/at~1sea/bottom', after: 'boots' },
    ]);
    expect(groups.map(({ title, changes }) => [title, changes.map(({ label }) => label)])).toEqual([
      ['', ['Character name']],
      ['Wardrobe · At/sea', ['Top', 'Bottom']],
      ['Tags', ['Origin series']],
    ]);
  });

  it('names a change of the whole', () => {
    expect(groupChanges([{ pointer: '', after: {} }])[0]?.changes[0]?.label).toBe('The whole entry');
  });
});
