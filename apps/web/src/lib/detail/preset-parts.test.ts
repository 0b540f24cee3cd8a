import type { SourceEntity } from '@gaze/domain';
import { describe, expect, it } from 'vitest';
import { plainSwitches, presetFacts, switchedSections } from './preset-parts.ts';

const entity = (over: Partial<SourceEntity>): SourceEntity => ({
  category: 'presets',
  slug: 'night',
  id: 'night',
  name: 'Night',
  revision: 'r',
  data: {},
  default_fields: [],
  active_outfit: null,
  is_nsfw: false,
  ...over,
});

const night = entity({
  data: {
    character: {
      character_id: 'yuna-ffx10',
      use_lora: false,
      outfit: 'Winter',
      fields: { identity: { hair: 'random', eyes: false }, lora: { lora_triggers: false } },
    },
    action: { action_id: '__random__' },
    look: null,
    checkpoint: { checkpoint_path: 'Illustrious/ink.safetensors' },
    width: 1024,
    extra_positive: ['rain', 'night'],
  },
});

describe('presetFacts', () => {
  it('tells who comes along, in the order of the categories', () => {
    const { parts, ...rest } = presetFacts(night);
    expect(parts.map(({ category, slug, useLora }) => ({ category, slug, useLora }))).toEqual([
      { category: 'characters', slug: 'yunaffx10', useLora: false },
      { category: 'actions', slug: null, useLora: true },
    ]);
    expect(rest).toMatchObject({
      outfit: 'Winter',
      checkpoint: 'Illustrious/ink.safetensors',
      width: 1024,
      height: undefined,
      extraPositive: 'rain, night',
    });
  });

  it('throws a sentence where an extra prompt is no text', () => {
    expect(() => presetFacts(entity({ data: { extra_positive: 5 } }))).toThrow(/extra_positive/);
  });
});

describe('switchedSections', () => {
  const yuna = entity({
    category: 'characters',
    data: {
      identity: { hair: 'brown hair', eyes: 'bicolour eyes', hands: 'small hands' },
      wardrobe: { Summer: { top: 'shirt' }, Winter: { top: 'coat' } },
      lora: { lora_name: 'yuna', lora_triggers: 'yuna' },
    },
  });

  it('tells which fields are in, out, or drawn, of the outfit that the preset names', () => {
    const part = presetFacts(night).parts[0];
    if (part === undefined) throw new Error('the preset has a character');
    const fields = switchedSections(part, yuna, 'Winter').flatMap((section) => section.fields);
    expect(fields.map(({ address, text, state }) => [address, text, state])).toEqual([
      ['identity::hair', 'brown hair', 'random'],
      ['identity::eyes', 'bicolour eyes', 'out'],
      ['identity::hands', 'small hands', 'in'],
      ['wardrobe::top', 'coat', 'in'],
      ['lora::lora_triggers', 'yuna', 'out'],
    ]);
  });
});

it('tells of a drawn part what the preset does not simply take', () => {
  const fields = { scene: { background: false, theme: 'random', colors: true } };
  const part = presetFacts(entity({ data: { scene: { scene_id: '__random__', fields } } })).parts[0];
  if (part === undefined) throw new Error('the preset has a scene');
  expect(plainSwitches(part).map(({ key, state }) => [key, state])).toEqual([
    ['background', 'out'],
    ['theme', 'random'],
  ]);
});
