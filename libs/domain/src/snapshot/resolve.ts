import type { EntityData, Recipe, Snapshot, Workflow } from '@gaze/contracts';
import { composePrompts } from '../prompt/compose.ts';
import { templateDefaults } from '../workflow/template-defaults.ts';
import { assembleSnapshot, chosenOutfit } from './assemble.ts';
import type { ChosenPart, GatherContext } from './gather.ts';
import { gatherCheckpoint, gatherParts, notThere } from './gather.ts';
import type { EntityLoader, SourceEntity } from './loader.ts';
import { withPlainBase, withPlainText } from './plain-text.ts';
import { drawSeed, seedPlus } from './seed.ts';
import { presetSlugOf, wantedOf } from './wanted.ts';
import { expandWildcards } from './wildcards.ts';

export interface ResolvedTemplate {
  name: string;
  /** SHA-256 of its text. */
  hash: string;
  workflow: Workflow;
}

/** What a recipe is resolved against, besides the entities. */
export interface Surroundings {
  /** The default checkpoint of the settings, as path or slug. */
  defaultCheckpoint: string | null;
  /** The template of a checkpoint by the checkpoint's data; that of `{}` is the default one. */
  templateFor: (checkpointData: EntityData) => Promise<ResolvedTemplate>;
  /** Which job of its batch this is, from 0: a given seed counts up by it. */
  index?: number;
}

/**
 * Resolves a recipe: looks up every reference, makes every draw, fixes the seed. Nothing later draws.
 *
 * Order of the draws: entities in category order (among slugs in order, `floor(r·n)`), wildcards, preset fields,
 * LoRA weights by slot, the seed last.
 *
 * @param random gives numbers in [0, 1)
 * @throws DomainError not_found, no_choice, invalid_input (with `field`), data_error (with `file` and `field`)
 */
export async function resolveSnapshot(
  recipe: Recipe,
  loader: EntityLoader,
  random: () => number,
  surroundings: Surroundings,
): Promise<Snapshot> {
  const notes: string[] = [];
  const preset = await loadPreset(recipe, loader);
  const wanted = wantedOf(recipe, preset);
  const context: GatherContext = { loader, random, nsfw: recipe.nsfw, notes };
  const gathered = await gatherParts(context, recipe, wanted);
  const plainTemplate = await surroundings.templateFor({});
  const checkpoint = await gatherCheckpoint(context, wanted.checkpoint, [
    surroundings.defaultCheckpoint,
    templateDefaults(plainTemplate.workflow).checkpoint,
  ]);
  const template = await surroundings.templateFor(checkpoint.data);
  const defaults = templateDefaults(template.workflow);

  const activeOutfit = chosenOutfit(gathered, wanted.outfitNames, notes);
  const wildcards = { wildcard: remembered(loader), random, notes };
  const chosen: ChosenPart[] = [];
  for (const part of gathered) chosen.push(await withPlainText(part, activeOutfit, wildcards));
  const plainWanted = {
    ...wanted,
    extraPositive: await expandWildcards(wanted.extraPositive, wildcards),
    extraNegative: await expandWildcards(wanted.extraNegative, wildcards),
  };

  const snapshot = assembleSnapshot(
    {
      recipe,
      wanted: plainWanted,
      chosen,
      activeOutfit,
      checkpoint: await withPlainBase(checkpoint, wildcards),
      template: { name: template.name, hash: template.hash, width: defaults.width, height: defaults.height },
      nsfwPreset: preset?.is_nsfw ?? false,
      notes,
    },
    () => (recipe.seed === undefined ? drawSeed(random()) : seedPlus(recipe.seed, surroundings.index ?? 0)),
    { field: random, weight: random },
  );
  // Faults of the data show now, to the person who asks, and not hours later to the queue.
  composePrompts(snapshot, defaults.negative);
  return snapshot;
}

async function loadPreset(recipe: Recipe, loader: EntityLoader): Promise<SourceEntity | null> {
  const slug = presetSlugOf(recipe);
  if (slug === undefined) return null;
  const preset = await loader.entity('presets', slug);
  if (preset === null) throw notThere('presets', slug, recipe.preset === undefined ? 'owner.slug' : 'preset');
  return preset;
}

/** Reads each wildcard file once. */
function remembered(loader: EntityLoader): EntityLoader['wildcard'] {
  const known = new Map<string, Promise<string[] | null>>();
  return (name) => {
    const lines = known.get(name) ?? loader.wildcard(name);
    known.set(name, lines);
    return lines;
  };
}
