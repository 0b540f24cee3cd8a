import type { CategoryName, GenerationDefaults, Prompts, Recipe, Snapshot } from '@gaze/contracts';
import { composePrompts } from '../prompt/compose.ts';
import { assembleSnapshot, chosenOutfit } from './assemble.ts';
import type { ChosenPart } from './gather.ts';
import { characterIdOf, inCategoryOrder } from './gather.ts';
import type { SourceEntity } from './loader.ts';
import type { WantedPart } from './wanted.ts';
import { presetSlugOf, wantedOf } from './wanted.ts';

/** Something that only the server's draw, or an entity that is not loaded yet, decides. It is missing in the preview. */
export interface Unresolved {
  /** `random`: drawn when the picture is made. `not_loaded`: not among the given entities. `field`: a preset's `random` field. */
  kind: 'random' | 'not_loaded' | 'field';
  category: CategoryName;
  /** Slug, or id where a preset or look names it. */
  name?: string;
  /** The `section::key` of a `field`. */
  field?: string;
}

export interface Preview {
  snapshot: Snapshot;
  prompts: Prompts;
  unresolved: Unresolved[];
}

/**
 * The snapshot that a recipe would get, as far as it is decided, without asking anybody: for live prompts in the
 * browser. It goes through the same code as `resolveSnapshot`, but draws nothing: random parts and fields are left
 * out and listed, wildcards stay as written, weights are the entities' plain ones, an open seed is 0.
 *
 * @param recipe the very recipe that Generate would send
 * @param entities what is loaded: the entities that the recipe names (`EntityDetail` fits), and for a look's page its
 *   character, for a preset the preset and its parts; others are ignored
 * @param defaults of the checkpoint in use (`generation.defaults`); a checkpoint entity is not looked up here
 * @throws DomainError as `resolveSnapshot` does for faulty data or an impossible size
 */
export function previewSnapshot(
  recipe: Recipe,
  entities: readonly SourceEntity[],
  defaults: GenerationDefaults,
): Omit<Preview, 'prompts'> {
  const unresolved: Unresolved[] = [];
  const notes: string[] = [];
  const preset = findPreset(recipe, entities, unresolved);
  const wanted = wantedOf(recipe, preset);
  const chosen = inCategoryOrder(
    [
      ...companion(recipe, wanted.parts, entities, unresolved),
      ...wanted.parts.flatMap((part) => choose(part, entities, unresolved)),
    ].filter(isFirstOfItsKind),
  );
  const snapshot = assembleSnapshot(
    {
      recipe,
      wanted,
      chosen,
      activeOutfit: chosenOutfit(chosen, wanted.outfitNames, notes),
      checkpoint: { ...defaults.checkpoint, revision: null, is_nsfw: false },
      template: defaults.template,
      nsfwPreset: preset?.is_nsfw ?? false,
      notes,
    },
    () => recipe.seed ?? 0,
    {
      field(category, name, field) {
        unresolved.push({ kind: 'field', category, name, field });
        return 1;
      },
      weight: null,
    },
  );
  return { snapshot, unresolved };
}

/** The preview with its prompts: what a page calls on each toggle. */
export function previewPrompts(
  recipe: Recipe,
  entities: readonly SourceEntity[],
  defaults: GenerationDefaults,
): Preview {
  const preview = previewSnapshot(recipe, entities, defaults);
  return { ...preview, prompts: composePrompts(preview.snapshot, defaults.template.negative) };
}

function findPreset(
  recipe: Recipe,
  entities: readonly SourceEntity[],
  unresolved: Unresolved[],
): SourceEntity | null {
  const name = presetSlugOf(recipe);
  if (name === undefined) return null;
  const preset = entities.find((entity) => entity.category === 'presets' && entity.slug === name);
  if (preset === undefined) unresolved.push({ kind: 'not_loaded', category: 'presets', name });
  return preset ?? null;
}

function choose(part: WantedPart, entities: readonly SourceEntity[], unresolved: Unresolved[]): ChosenPart[] {
  const { category, ref, fields, switches, useLora, weight } = part;
  if (ref.by === 'random') {
    unresolved.push({ kind: 'random', category });
    return [];
  }
  const ofCategory = entities.filter((entity) => entity.category === category);
  const name = ref.by === 'slug' ? ref.slug : ref.id;
  const entity =
    (ref.by === 'id' ? ofCategory.find((other) => other.id === name) : undefined) ??
    ofCategory.find((other) => other.slug === name);
  if (entity === undefined) {
    unresolved.push({ kind: 'not_loaded', category, name });
    return [];
  }
  return [{ entity, fields, switches, useLora, weight }];
}

/** A look's page brings the character that the look names. */
function companion(
  recipe: Recipe,
  parts: readonly WantedPart[],
  entities: readonly SourceEntity[],
  unresolved: Unresolved[],
): ChosenPart[] {
  const part = parts.find((other) => other.category === 'looks');
  if (recipe.owner?.category !== 'looks' || recipe.parts.characters !== undefined || part === undefined)
    return [];
  const look = choose(part, entities, [])[0]?.entity;
  const id = look === undefined ? undefined : characterIdOf(look);
  if (look === undefined || id === undefined) return [];
  const character = {
    category: 'characters',
    ref: { by: 'id', id },
    path: part.path,
    fields: undefined,
    switches: undefined,
    useLora: true,
    weight: undefined,
  } as const;
  return choose(character, entities, unresolved);
}

function isFirstOfItsKind(part: ChosenPart, i: number, all: readonly ChosenPart[]): boolean {
  return (
    all.findIndex(
      ({ entity }) => entity.category === part.entity.category && entity.slug === part.entity.slug,
    ) === i
  );
}
