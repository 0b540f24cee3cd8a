import { Recipe, Seed, Side } from '@gaze/contracts';
import type { RecipeInput } from '@gaze/contracts';
import type { PictureOrigin } from './read.ts';

/**
 * What to submit in order to make a picture like this one: its own recipe with the seed that was drawn, or prompts,
 * checkpoint, seed and size of another program's picture. Null where nothing is known.
 */
export function recipeOf({ generation, metadata }: PictureOrigin): {
  recipe: Recipe | null;
  notes: string[];
} {
  if (generation !== null) {
    const seed = Seed.safeParse(generation.seed).data;
    return {
      recipe: { ...generation.recipe, cover: 'keep', ...(seed === undefined ? {} : { seed }) },
      notes: [],
    };
  }
  if (metadata === null) return { recipe: null, notes: ['The picture says nothing of how it was made.'] };
  const notes: string[] = [];
  const { width, height, seed, checkpoint } = metadata;
  const isSize = Side.safeParse(width).success && Side.safeParse(height).success;
  if (width !== null && height !== null && !isSize)
    notes.push(`The size ${width}×${height} cannot be asked for: sides are multiples of 8.`);
  if (seed === null) notes.push('The picture names no seed that can be asked for, so another one is drawn.');
  if (metadata.loras.length > 0)
    notes.push(
      `It was made with ${metadata.loras.map(({ name }) => `«${name}»`).join(', ')}; add the entries that use these LoRAs.`,
    );
  const input: RecipeInput = {
    extra_positive: withoutLoraTags(metadata.positive).slice(0, 20_000),
    extra_negative: metadata.negative.slice(0, 20_000),
    ...(seed === null ? {} : { seed }),
    ...(checkpoint === null ? {} : { checkpoint: checkpoint.replaceAll('\\', '/').slice(0, 500) }),
    ...(isSize ? { width: width ?? undefined, height: height ?? undefined } : {}),
  };
  return { recipe: Recipe.parse(input), notes };
}

/** `<lora:name:1>` is an order to A1111; to anybody else it is a strange word. */
const withoutLoraTags = (prompt: string): string =>
  prompt
    .split(',')
    .map((part) => part.replace(/<lora:[^<>]*>/g, ''))
    .filter((part) => part.trim() !== '')
    .join(',')
    .trim();
