import type { CategoryName, Recipe } from '@gaze/contracts';
import { partCategories, RANDOM } from '@gaze/contracts';
import { DomainError } from '../errors.ts';
import { joinTexts } from '../tags/split.ts';
import type { SourceEntity } from './loader.ts';
import type { FieldSwitches } from './preset.ts';
import { presetParts } from './preset.ts';

/** One part that a recipe or its preset asks for, not looked up yet. */
export interface WantedPart {
  category: CategoryName;
  ref: { by: 'slug'; slug: string } | { by: 'id'; id: string } | { by: 'random' };
  /** Where it stands in the request, for errors. */
  path: string;
  /** Asked by address; undefined or empty: none asked. */
  fields: readonly string[] | undefined;
  /** A preset's switches; they leave no room for defaults. */
  switches: FieldSwitches | undefined;
  useLora: boolean;
  weight: number | undefined;
}

/** A recipe and its preset, merged. */
export interface Wanted {
  /** In category order. */
  parts: WantedPart[];
  outfitNames: (string | undefined)[];
  checkpoint: string | undefined;
  width: number | undefined;
  height: number | undefined;
  extraPositive: string;
  extraNegative: string;
  stackLoras: boolean;
}

/** The preset of a recipe: the named one, else the owner where it is one. */
export function presetSlugOf(recipe: Pick<Recipe, 'preset' | 'owner'>): string | undefined {
  return recipe.preset ?? (recipe.owner?.category === 'presets' ? recipe.owner.slug : undefined);
}

/**
 * What a recipe wants. For each category the recipe's own word counts (an empty list means none), else the
 * preset's, else the owner stands for its category. Extra prompts append, the preset's first.
 * @throws DomainError invalid_input where a category takes one entry and the recipe names more
 */
export function wantedOf(recipe: Recipe, preset: SourceEntity | null): Wanted {
  const from = preset === null ? undefined : presetParts(preset);
  const { owner } = recipe;
  const ownCheckpoint = recipe.checkpoint?.trim() === '' ? undefined : recipe.checkpoint?.trim();
  return {
    parts: partCategories.flatMap(
      ({ name }) =>
        asked(recipe, name) ?? (from === undefined ? ownerPart(recipe, name) : (from.parts[name] ?? [])),
    ),
    outfitNames: [recipe.outfit_name, from?.outfitName],
    checkpoint:
      ownCheckpoint ?? from?.checkpoint ?? (owner?.category === 'checkpoints' ? owner.slug : undefined),
    width: recipe.width ?? from?.width,
    height: recipe.height ?? from?.height,
    extraPositive: joinTexts(from?.extraPositive ?? '', recipe.extra_positive),
    extraNegative: joinTexts(from?.extraNegative ?? '', recipe.extra_negative),
    stackLoras: recipe.stackLoras || from?.stackLoras === true,
  };
}

function asked(recipe: Recipe, category: CategoryName): WantedPart[] | undefined {
  const requests = recipe.parts[category as keyof Recipe['parts']];
  if (requests === undefined) return undefined;
  const single = partCategories.some(
    (declaration) => declaration.name === category && declaration.choice === 'one',
  );
  if (single && requests.length > 1) {
    throw new DomainError(
      'invalid_input',
      `One picture has one of ${category}; the request names ${requests.length}.`,
      { field: `parts.${category}` },
    );
  }
  return requests.map(({ slug, fields, use_lora, weight }, i) => ({
    category,
    ref: slug === RANDOM ? { by: 'random' } : { by: 'slug', slug },
    path: `parts.${category}.${i}.slug`,
    fields,
    switches: undefined,
    useLora: use_lora ?? true,
    weight,
  }));
}

function ownerPart({ owner }: Recipe, category: CategoryName): WantedPart[] {
  if (owner?.category !== category) return [];
  return [
    {
      category,
      ref: { by: 'slug', slug: owner.slug },
      path: 'owner.slug',
      fields: undefined,
      switches: undefined,
      useLora: true,
      weight: undefined,
    },
  ];
}
