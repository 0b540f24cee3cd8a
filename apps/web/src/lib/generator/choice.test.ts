import { RANDOM } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import type { GeneratorChoice } from './choice.ts';
import { chosenPart, isPlain, moved, patched, plainChoice, toggled, withParts } from './choice.ts';
import { recipeOfChoice } from './recipe.ts';
import { restored } from './saved.ts';

const slugs = (parts: readonly { slug: string }[]) => parts.map(({ slug }) => slug);
const choice: GeneratorChoice = {
  ...plainChoice,
  parts: {
    actions: [chosenPart('tea', { fields: ['action::hands'] })],
    characters: [chosenPart('elke', { weight: 0.6 })],
    outfits: [chosenPart('coat'), chosenPart(RANDOM, { useLora: false })],
  },
  outfit: 'At home',
  checkpoint: 'Illustrious/ink.safetensors',
  stackLoras: true,
  ...{ seed: 42, seedLocked: true, width: 1024, height: 768, extraPositive: 'rain' },
};

describe('a choice', () => {
  it('of one takes the place of the other; of several joins at the end; again takes it back', () => {
    const one = toggled([chosenPart('elke')], 'bex', 'one');
    expect(slugs(one)).toEqual(['bex']);
    const two = toggled(one, 'oda', 'many');
    expect(slugs(two)).toEqual(['bex', 'oda']);
    expect(slugs(toggled(two, 'bex', 'many'))).toEqual(['oda']);
  });

  it('moves within its ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 1, 9)).toEqual(['a', 'c', 'b']);
    expect(moved(['a'], 4, 0)).toEqual(['a']);
  });

  it('changes one entry and leaves the others', () => {
    const parts = [chosenPart('a'), chosenPart('b')];
    expect(patched(parts, 'b', { weight: 0.4 }).map(({ weight }) => weight)).toEqual([null, 0.4]);
  });

  it('of nothing leaves its category out', () => {
    expect(withParts(choice, 'actions', []).parts).not.toHaveProperty('actions');
    expect(isPlain({ ...plainChoice, open: 'styles', count: 4, lane: 'batch' })).toBe(true);
    expect(isPlain(choice)).toBe(false);
  });
});

describe('its recipe', () => {
  it('says what was chosen, in the order of the categories, and nothing else', () => {
    const recipe = recipeOfChoice(choice);
    expect(Object.keys(recipe.parts)).toEqual(['characters', 'outfits', 'actions']);
    expect(recipe.parts).toEqual({
      characters: [{ slug: 'elke', weight: 0.6 }],
      outfits: [{ slug: 'coat' }, { slug: RANDOM, use_lora: false }],
      actions: [{ slug: 'tea', fields: ['action::hands'] }],
    });
    expect(recipe).toMatchObject({
      ...{ owner: null, outfit_name: 'At home', checkpoint: 'Illustrious/ink.safetensors', seed: 42 },
      ...{ stackLoras: true, width: 1024, height: 768, extra_positive: 'rain', cover: 'keep' },
    });
  });

  it('leaves an open seed to the draw, and stacks nothing while nobody asks', () => {
    const recipe = recipeOfChoice({ ...plainChoice, seed: 7 });
    expect(recipe).not.toHaveProperty('seed');
    expect(recipe.stackLoras).toBe(false);
  });
});

describe('what is kept', () => {
  it('comes back as it was', () => {
    expect(restored(JSON.parse(JSON.stringify(choice)))).toEqual(choice);
  });

  it.each([null, 7, 'text', [], {}])('%j is an empty generator', (kept) => {
    expect(restored(kept)).toEqual(plainChoice);
  });

  it('of another kind than today is left out, value by value', () => {
    const kept = {
      ...choice,
      seed: 'many',
      count: null,
      parts: { actions: [7, { slug: 'tea' }], looks: 'x' },
    };
    const { seed, count, parts, width } = restored(kept);
    expect([seed, count, width]).toEqual([null, 1, 1024]);
    expect(parts).toEqual({ actions: [chosenPart('tea')] });
  });
});
