import type { CategoryName, ImageDetail, Prompts, Recipe } from '@gaze/contracts';
import { RANDOM } from '@gaze/contracts';

/** What the prompts and chips of the page are compared with. */
export interface LastRender {
  prompts: Prompts;
  /** The fields that were asked for; null: as usual. Undefined: nobody knows. */
  fields: readonly string[] | null | undefined;
}

/**
 * What a picture was made from. Null where its record is missing, or where draws were part of it: its prompts hold
 * what was drawn, and against them everything that is drawn anew would look like a change.
 */
export function lastRenderOf(
  image: Pick<ImageDetail, 'generation'>,
  owner: { category: CategoryName; slug: string },
): LastRender | null {
  const record = image.generation;
  if (record === null || record.recipe.preset !== undefined || hasDraws(record.recipe)) return null;
  const own = partsOf(record.recipe, owner.category).find((part) => part.slug === owner.slug);
  return { prompts: record.prompts, fields: own === undefined ? undefined : (own.fields ?? null) };
}

function hasDraws(recipe: Recipe): boolean {
  const isRandom = Object.values(recipe.parts).some((parts) => parts?.some((part) => part.slug === RANDOM));
  return isRandom || recipe.checkpoint === RANDOM;
}

function partsOf({ parts }: Recipe, category: CategoryName): NonNullable<Recipe['parts']['styles']> {
  return parts[category as keyof Recipe['parts']] ?? [];
}
