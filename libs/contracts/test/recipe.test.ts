import { describe, expect, test } from 'vitest';
import { partCategories, Recipe, Seed, Side, Slug, SubmitBody, Submission } from '../src/index.ts';

describe('a recipe', () => {
  test('of nothing has every default written out', () => {
    expect(Recipe.parse({})).toEqual({
      owner: null,
      parts: {},
      stackLoras: false,
      faceDetail: 'auto',
      handDetail: 'auto',
      extra_positive: '',
      extra_negative: '',
      cover: 'keep',
      nsfw: 'all',
    });
  });

  test('takes parts of every category that can be one', () => {
    const parts = Object.fromEntries(partCategories.map(({ name }) => [name, [{ slug: 'elke_marrow' }]]));
    expect(Recipe.safeParse({ parts }).success).toBe(true);
  });

  test.each([
    ['an unknown field', { stack_loras: true }, []],
    ['an unknown category', { parts: { pets: [] } }, ['parts']],
    ['checkpoints as parts', { parts: { checkpoints: [{ slug: 'a' }] } }, ['parts']],
    ['an unknown field of a part', { parts: { looks: [{ slug: 'a', strength: 1 }] } }, ['parts', 'looks', 0]],
    [
      'a slug that leads out of its folder',
      { parts: { looks: [{ slug: '../a' }] } },
      ['parts', 'looks', 0, 'slug'],
    ],
    [
      'a weight beyond ten',
      { parts: { looks: [{ slug: 'a', weight: 11 }] } },
      ['parts', 'looks', 0, 'weight'],
    ],
    ['a width that is no multiple of 8', { width: 833 }, ['width']],
    ['a seed that JavaScript cannot hold', { seed: 2 ** 53 }, ['seed']],
    ['a prompt of 20,001 characters', { extra_positive: 'x'.repeat(20_001) }, ['extra_positive']],
  ])('refuses %s and says where', (_title, recipe, where) => {
    expect(Recipe.safeParse(recipe).error?.issues[0]?.path).toEqual(where);
  });

  test('may leave a choice to chance', () => {
    expect(Recipe.safeParse({ parts: { characters: [{ slug: '__random__' }] } }).success).toBe(true);
  });
});

describe('a submission', () => {
  test.each([0, 21, 1.5])('of %d jobs is refused at the door and on the bus', (count) => {
    expect(SubmitBody.safeParse({ recipe: {}, count }).success).toBe(false);
    expect(Submission.safeParse({ recipe: {}, count }).success).toBe(false);
  });

  test('is strict at the door, where a typing error would be lost silently', () => {
    expect(SubmitBody.safeParse({ recipe: {}, counts: 2 }).success).toBe(false);
  });

  test('drops on the bus what an older reader does not know', () => {
    expect(Submission.parse({ recipe: {}, urgency: 'high' })).not.toHaveProperty('urgency');
  });
});

describe('limits', () => {
  test('sides are multiples of 8 from 64 to 8192', () => {
    expect([64, 832, 1216, 8192].every((side) => Side.safeParse(side).success)).toBe(true);
    expect([0, 56, 63, 100, 8200].some((side) => Side.safeParse(side).success)).toBe(false);
  });

  test('seeds are the integers from 0 to 2^53 - 1', () => {
    expect([0, 42, Number.MAX_SAFE_INTEGER].every((seed) => Seed.safeParse(seed).success)).toBe(true);
    expect([-1, 0.5, 2 ** 53].some((seed) => Seed.safeParse(seed).success)).toBe(false);
  });

  test('slugs hold letters, digits and underscores alone', () => {
    expect(['yuna_ff10', 'Illustrious_model_safetensors'].every((slug) => Slug.safeParse(slug).success)).toBe(
      true,
    );
    expect(
      ['', 'a/b', 'a.json', '..', 'ä', 'a b', 'x'.repeat(201)].some((slug) => Slug.safeParse(slug).success),
    ).toBe(false);
  });
});
