import type { TagCategory } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { placeTags } from './place-tags.ts';

const character = new Set(
  'identity::base_specs identity::hair identity::eyes identity::hands identity::arms identity::torso identity::legs defaults::expression defaults::pose defaults::scene wardrobe::full_body wardrobe::headwear wardrobe::top wardrobe::bottom wardrobe::legwear wardrobe::footwear wardrobe::gloves wardrobe::accessories styles::aesthetic tags::origin_series'.split(
    ' ',
  ),
);
const none = new Map<string, TagCategory>();
const homeOf = (tag: string, fields = character, kinds: ReadonlyMap<string, TagCategory> = none) =>
  [...placeTags([tag], kinds, fields).byField.keys()][0];

describe('placeTags', () => {
  it.each([
    ['1girl', 'identity::base_specs'],
    ['long red hair', 'identity::hair'],
    ['hair ribbon', 'wardrobe::headwear'],
    ['(green_eyes:1.2)', 'identity::eyes'],
    ['light smile', 'defaults::expression'],
    ['looking at viewer', 'defaults::expression'],
    ['hand on own hip', 'defaults::pose'],
    ['holding lantern', 'defaults::pose'],
    ['ink-stained fingers', 'identity::hands'],
    ['black thighhighs', 'wardrobe::legwear'],
    ['fingerless gloves', 'wardrobe::gloves'],
    ['white shirt', 'wardrobe::top'],
    ['pleated skirt', 'wardrobe::bottom'],
    ['summer dress', 'wardrobe::full_body'],
    ['lace-up boots', 'wardrobe::footwear'],
    ['yellow scarf', 'wardrobe::accessories'],
    ['city street', 'defaults::scene'],
    ['watercolor', 'styles::aesthetic'],
  ])('%s belongs to %s', (tag, home) => {
    expect(homeOf(tag)).toBe(home);
  });

  it('goes by the kind of a tag before its words', () => {
    expect(homeOf('blue hair club', character, new Map([['blue hair club', 'copyright']]))).toBe(
      'tags::origin_series',
    );
    expect(homeOf('red dress painter', character, new Map([['red dress painter', 'artist']]))).toBe(
      'styles::aesthetic',
    );
    expect(homeOf('hatsune hair', character, new Map([['hatsune hair', 'character']]))).toBeUndefined();
  });

  it('leaves what it cannot place, or what the form has no field for, where it was', () => {
    const scene = new Set(['scene::background', 'scene::furniture', 'scene::lighting']);
    expect(placeTags(['masterpiece', 'zzz', 'red hair', 'forest', 'sofa', 'rim light'], none, scene)).toEqual(
      {
        byField: new Map([
          ['scene::background', ['forest']],
          ['scene::furniture', ['sofa']],
          ['scene::lighting', ['rim light']],
        ]),
        rest: ['masterpiece', 'zzz', 'red hair'],
      },
    );
  });
});
