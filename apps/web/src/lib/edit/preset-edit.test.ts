import { categories } from '@gaze/contracts';
import { withChanges } from '@gaze/domain';
import { describe, expect, it } from 'vitest';
import { newPart, partChanges, rawParts, stateOf, withId, withState } from './preset-edit.ts';

const { characters, outfits } = categories;
const hair = 'identity::hair';

describe('parts of a preset', () => {
  it('are found in every form that files have', () => {
    expect(rawParts(outfits, { outfit: { outfit_id: 'a' } })).toEqual([{ outfit_id: 'a' }]);
    expect(rawParts(outfits, { outfits: ['a', { id: 'b' }, null, ''] })).toEqual(['a', { id: 'b' }]);
    expect(rawParts(outfits, { outfit_id: 'a' })).toEqual(['a']);
    expect(rawParts(outfits, { outfit: null })).toEqual([]);
  });

  it('are written in the form of today, one as an object and several as a list', () => {
    const data = { preset_id: 'p', outfits: ['a'] };
    const write = (parts: unknown[]) =>
      withChanges(
        data,
        partChanges(outfits, data, parts).map(({ path, value }) => ({ path: [...path], value })),
      );
    expect(write([])).toEqual({ preset_id: 'p', outfit: null });
    expect(write([newPart(outfits, 'b')])).toEqual({
      preset_id: 'p',
      outfit: { outfit_id: 'b', use_lora: true },
    });
    expect(write(['a', 'b'])).toEqual({ preset_id: 'p', outfit: ['a', 'b'] });
  });

  it('keep what is chosen of their fields when somebody else takes their place', () => {
    const part = { character_id: 'a', outfit: 'Festival', note: 'x', fields: { identity: { hair: false } } };
    expect(withId(characters, part, 'b')).toEqual({
      ...{ note: 'x', fields: { identity: { hair: false } }, character_id: 'b' },
    });
  });
});

describe('switches of a part', () => {
  it.each([
    [{}, 'in'],
    ['bare_id', 'in'],
    [{ fields: { identity: { hair: false } } }, 'out'],
    [{ fields: { identity: { hair: 'random' } } }, 'random'],
    [{ fields: ['identity::eyes'] }, 'out'],
    [{ fields: { 'identity::hair': 'false' } }, 'out'],
  ])('%j says that the hair is %s', (part, state) => {
    expect(stateOf(characters, part, hair)).toBe(state);
  });

  it('say only what is not as usual', () => {
    const out = withState(characters, { character_id: 'a' }, hair, 'out');
    expect(out).toEqual({ character_id: 'a', fields: { identity: { hair: false } } });
    const random = withState(characters, out, 'defaults::pose', 'random');
    expect(random.fields).toEqual({ identity: { hair: false }, defaults: { pose: 'random' } });
    const back = withState(characters, withState(characters, random, hair, 'in'), 'defaults::pose', 'in');
    expect(back).toEqual({ character_id: 'a' });
  });

  it('keep the words of an older form', () => {
    const made = withState(outfits, { outfit_id: 'a', fields: ['wardrobe::top'] }, 'wardrobe::top', 'random');
    expect(stateOf(outfits, made, 'wardrobe::top')).toBe('random');
    expect(stateOf(outfits, made, 'wardrobe::bottom')).toBe('out');
  });
});
