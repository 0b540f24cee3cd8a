import type { GenerationRecord, Recipe } from '@gaze/contracts';
import { partCategories, RANDOM } from '@gaze/contracts';

/**
 * A recipe whose random parts are the ones that a picture was made from, in place of new draws. A category whose
 * draws cannot be told apart any more stays as it is.
 */
export function pinDraws(recipe: Recipe, entities: GenerationRecord['entities']): Recipe {
  const parts = { ...recipe.parts };
  for (const { name } of partCategories) {
    const key = name as keyof Recipe['parts'];
    const asked = parts[key];
    if (asked?.some(({ slug }) => slug === RANDOM) !== true) continue;
    const named = new Set(asked.map(({ slug }) => slug));
    const drawn = entities.filter(({ category, slug }) => category === name && !named.has(slug));
    if (drawn.length !== asked.filter(({ slug }) => slug === RANDOM).length) continue;
    const rest = drawn.values();
    parts[key] = asked.map((part) =>
      part.slug === RANDOM ? { ...part, slug: rest.next().value?.slug ?? RANDOM } : part,
    );
  }
  return { ...recipe, parts };
}
