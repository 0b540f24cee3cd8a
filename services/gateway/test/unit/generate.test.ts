import { GenerateBody, categoryNames, categories } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { submissionOf } from '../../src/routes/generate.ts';

const body = (given: object) => GenerateBody.parse(given);

describe('the recipe around an entity', () => {
  test.each(categoryNames)('%s owns it and takes part in it, with the cover as declared', (category) => {
    const { recipe, count } = submissionOf(category, 'one', body({}));
    expect(recipe.owner).toEqual({ category, slug: 'one' });
    expect(recipe.cover).toBe(categories[category].generation.cover);
    expect(count).toBe(1);
    const takesPart = {
      part: () => recipe.parts[category as 'outfits']?.[0]?.slug,
      preset: () => recipe.preset,
      checkpoint: () => recipe.checkpoint,
    };
    expect(takesPart[categories[category].generation.kind]()).toBe('one');
  });

  test('stands before the companions, or where the request put it with its own fields', () => {
    const first = submissionOf(
      'outfits',
      'coat',
      body({ parts: { outfits: [{ slug: 'hat' }], characters: [{ slug: 'elke' }] } }),
    );
    expect(first.recipe.parts.outfits).toEqual([{ slug: 'coat' }, { slug: 'hat' }]);
    expect(first.recipe.parts.characters).toEqual([{ slug: 'elke' }]);
    const own = submissionOf(
      'outfits',
      'coat',
      body({ parts: { outfits: [{ slug: 'hat' }, { slug: 'coat', fields: ['wardrobe::top'] }] } }),
    );
    expect(own.recipe.parts.outfits).toEqual([{ slug: 'hat' }, { slug: 'coat', fields: ['wardrobe::top'] }]);
  });

  test('what the request says wins', () => {
    const { recipe, count, lane, label } = submissionOf(
      'checkpoints',
      'm',
      body({ cover: 'keep', checkpoint: 'other', count: 4, lane: 'batch', label: 'Sweep', seed: 3 }),
    );
    expect(recipe).toMatchObject({ cover: 'keep', checkpoint: 'other', seed: 3 });
    expect({ count, lane, label }).toEqual({ count: 4, lane: 'batch', label: 'Sweep' });
  });
});
