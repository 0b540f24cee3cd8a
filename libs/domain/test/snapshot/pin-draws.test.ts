import { Recipe } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { pinDraws } from '../../src/index.ts';

const used = (category: 'styles' | 'actions', ...slugs: string[]) =>
  slugs.map((slug) => ({ category, slug, name: slug, revision: 'r' }));
const random = { slug: '__random__' };

describe('pinDraws', () => {
  test('puts what was drawn in the place of the draw, with its fields and weight', () => {
    const recipe = Recipe.parse({
      parts: { styles: [{ slug: 'ink' }, { ...random, weight: 0.5 }], actions: [random] },
    });
    expect(
      pinDraws(recipe, [...used('actions', 'run'), ...used('styles', 'gouache', 'ink')]).parts,
    ).toMatchObject({
      styles: [{ slug: 'ink' }, { slug: 'gouache', weight: 0.5 }],
      actions: [{ slug: 'run' }],
    });
  });

  test('leaves a draw that cannot be told any more: two fell together, or it was left out', () => {
    const recipe = Recipe.parse({ parts: { styles: [random, random], actions: [random] } });
    expect(pinDraws(recipe, used('styles', 'ink'))).toEqual(recipe);
  });

  test('changes nothing of a recipe without draws', () => {
    const recipe = Recipe.parse({ parts: { styles: [{ slug: 'ink' }] }, seed: 7 });
    expect(pinDraws(recipe, used('styles', 'ink'))).toEqual(recipe);
  });
});
