import { categories, GenerateBody, Recipe } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { generateInput, recipeOf } from './recipe.ts';
import { plainSelection } from './selection.ts';

const elke = { category: 'characters', slug: 'elke_marrow' } as const;

describe('recipeOf', () => {
  it('makes the owner a part of its own category', () => {
    const recipe = recipeOf(elke, categories.characters, plainSelection, null);
    expect(recipe.owner).toEqual(elke);
    expect(recipe.parts).toEqual({ characters: [{ slug: 'elke_marrow' }] });
  });

  it('is a recipe that the server takes, with nothing left for defaults to fill in', () => {
    const selection = {
      ...plainSelection,
      fields: ['identity::hair'],
      loraWeight: 0.5,
      seed: 3,
      seedLocked: true,
      width: 640,
      height: 640,
    };
    const recipe = recipeOf(elke, categories.characters, selection, 'Lamplighter');
    expect(Recipe.parse(recipe)).toEqual(recipe);
    expect(recipe.parts.characters).toEqual([
      { slug: 'elke_marrow', fields: ['identity::hair'], weight: 0.5 },
    ]);
    expect(recipe.outfit_name).toBe('Lamplighter');
  });

  it('sends a seed only while it is locked', () => {
    expect(recipeOf(elke, categories.characters, { ...plainSelection, seed: 9 }, null)).not.toHaveProperty(
      'seed',
    );
    expect(
      recipeOf(elke, categories.characters, { ...plainSelection, seed: 9, seedLocked: true }, null).seed,
    ).toBe(9);
  });

  it('takes along only what the page has a picker for', () => {
    const companions = { characters: ['elke_marrow'], actions: ['waving'] };
    const recipe = recipeOf(
      { category: 'outfits', slug: 'rain_city' },
      categories.outfits,
      { ...plainSelection, companions },
      null,
    );
    expect(recipe.parts).toEqual({ characters: [{ slug: 'elke_marrow' }], outfits: [{ slug: 'rain_city' }] });
  });

  it('names a preset, and leaves its parts to it', () => {
    const recipe = recipeOf({ category: 'presets', slug: 'night' }, categories.presets, plainSelection, null);
    expect(recipe).toMatchObject({ preset: 'night', parts: {} });
  });

  it('renders a checkpoint with itself, whatever was chosen elsewhere', () => {
    const selection = { ...plainSelection, checkpoint: 'other', companions: { characters: ['__random__'] } };
    const recipe = recipeOf(
      { category: 'checkpoints', slug: 'ink' },
      categories.checkpoints,
      selection,
      null,
    );
    expect(recipe.checkpoint).toBe('ink');
    expect(recipe.parts).toEqual({ characters: [{ slug: '__random__' }] });
  });
});

describe('generateInput', () => {
  it.each(['characters', 'presets', 'checkpoints'] as const)(
    'is a body that the server takes: %s',
    (category) => {
      const input = generateInput(
        recipeOf({ category, slug: 'x' }, categories[category], plainSelection, null),
        4,
        undefined,
      );
      expect(GenerateBody.safeParse(input).error).toBeUndefined();
      expect(input).not.toHaveProperty('cover');
    },
  );

  it('says so where the picture shall be the cover', () => {
    expect(
      generateInput(recipeOf(elke, categories.characters, plainSelection, null), 1, 'replace').cover,
    ).toBe('replace');
  });
});
