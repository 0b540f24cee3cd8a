import type { CategoryName, EntityData, Recipe } from '@gaze/contracts';
import { categories, checkpointDefaults, partCategories, RANDOM } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';
import { own, textOf } from '../json.ts';
import type { EntityLoader, SourceEntity } from './loader.ts';
import { drawIndex } from './seed.ts';
import type { Wanted, WantedPart } from './wanted.ts';

/** A part with its entity at hand. */
export interface ChosenPart extends Pick<WantedPart, 'fields' | 'switches' | 'useLora' | 'weight'> {
  entity: SourceEntity;
}

export interface ChosenCheckpoint {
  path: string;
  slug: string | null;
  name: string;
  revision: string | null;
  data: EntityData;
  is_nsfw: boolean;
}

export interface GatherContext {
  loader: EntityLoader;
  random: () => number;
  nsfw: Recipe['nsfw'];
  notes: string[];
}

/** Looks up every part of a recipe and makes the draws among entities, in category order. */
export async function gatherParts(
  context: GatherContext,
  recipe: Recipe,
  wanted: Wanted,
): Promise<ChosenPart[]> {
  const chosen = await companionOfLook(context, recipe, wanted);
  for (const part of wanted.parts) {
    const { category, ref, path } = part;
    const entity =
      ref.by === 'random'
        ? await drawPart(context, category, path, chosen)
        : await find(context.loader, category, ref, path);
    if (entity !== null) add(chosen, part, entity, context.notes);
  }
  return inCategoryOrder(chosen);
}

/** A look's page brings the character that the look names, unless the request says who is in the picture. */
async function companionOfLook(
  context: GatherContext,
  recipe: Recipe,
  wanted: Wanted,
): Promise<ChosenPart[]> {
  const look = wanted.parts.find((part) => part.category === 'looks');
  if (recipe.owner?.category !== 'looks' || recipe.parts.characters !== undefined) return [];
  if (look === undefined || look.ref.by === 'random') return [];
  const entity = await find(context.loader, 'looks', look.ref, look.path);
  const id = characterIdOf(entity);
  if (id === undefined) return [];
  const character = await context.loader.byId('characters', id);
  if (character === null) {
    context.notes.push(
      `The character ${quote(id)} of the look ${entity.name} is not in the library; the picture is made without a character.`,
    );
    return [];
  }
  return [{ entity: character, fields: undefined, switches: undefined, useLora: true, weight: undefined }];
}

/** The character that a look belongs to, by id. */
export const characterIdOf = (look: SourceEntity): string | undefined =>
  textOf(own(look.data, 'character_id'));

type NamedRef = Exclude<WantedPart['ref'], { by: 'random' }>;

async function find(
  loader: EntityLoader,
  category: CategoryName,
  ref: NamedRef,
  path: string,
): Promise<SourceEntity> {
  // Presets refer by id; older ones, and people, by slug.
  const entity =
    ref.by === 'slug'
      ? await loader.entity(category, ref.slug)
      : ((await loader.byId(category, ref.id)) ?? (await loader.entity(category, ref.id)));
  if (entity === null) throw notThere(category, ref.by === 'slug' ? ref.slug : ref.id, path);
  return entity;
}

/** The error for a reference that leads nowhere. */
export function notThere(category: CategoryName, name: string, field: string): DomainError {
  const { labelSingular } = categories[category];
  return new DomainError(
    'not_found',
    `There is no ${labelSingular.toLowerCase()} ${quote(name)} in the library. It may have been renamed or deleted.`,
    { field },
  );
}

async function drawPart(
  context: GatherContext,
  category: CategoryName,
  path: string,
  chosen: readonly ChosenPart[],
): Promise<SourceEntity | null> {
  const { loader, random, nsfw, notes } = context;
  const character =
    category === 'looks' ? chosen.find((other) => other.entity.category === 'characters')?.entity : undefined;
  const found = await loader.candidates(
    category,
    character === undefined ? { nsfw } : { nsfw, character_id: character.id },
  );
  if (found.length === 0) {
    if (character === undefined) throw noChoice(category, nsfw, path);
    notes.push(
      `${character.name} has no look${nsfw === 'all' ? '' : ` that is ${nsfw}`} to draw from; the picture is made without one.`,
    );
    return null;
  }
  const slugs = found.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const slug = slugs[drawIndex(random(), slugs.length)] ?? '';
  return (await loader.entity(category, slug)) ?? fail(notThere(category, slug, path));
}

function fail(error: Error): never {
  throw error;
}

function noChoice(category: CategoryName, nsfw: Recipe['nsfw'], field: string): DomainError {
  const { label } = categories[category];
  const which = nsfw === 'all' ? '' : ` that are ${nsfw}`;
  return new DomainError(
    'no_choice',
    `There are no ${label.toLowerCase()}${which} to draw from. Add one, or widen the NSFW filter.`,
    { field },
  );
}

function add(chosen: ChosenPart[], part: WantedPart, entity: SourceEntity, notes: string[]): void {
  if (
    chosen.some((other) => other.entity.category === entity.category && other.entity.slug === entity.slug)
  ) {
    notes.push(`${entity.name} was chosen more than once and counts once.`);
    return;
  }
  chosen.push({
    entity,
    fields: part.fields,
    switches: part.switches,
    useLora: part.useLora,
    weight: part.weight,
  });
}

/** Parts by category, those of one category in the order of their selection. */
export function inCategoryOrder(chosen: readonly ChosenPart[]): ChosenPart[] {
  return partCategories.flatMap(({ name }) => chosen.filter((part) => part.entity.category === name));
}

/**
 * The checkpoint: the wanted one (recipe, preset, owner), else the default setting, else the template's own.
 * A path without a JSON of its own renders with the usual settings.
 * @throws DomainError not_found for a slug that nobody has, no_choice for a draw among none
 */
export async function gatherCheckpoint(
  context: GatherContext,
  wanted: string | undefined,
  fallbacks: readonly (string | null)[],
): Promise<ChosenCheckpoint> {
  const { loader } = context;
  const drawn = wanted === RANDOM ? await drawPart(context, 'checkpoints', 'checkpoint', []) : null;
  if (drawn !== null) return fromEntity(drawn);
  const name = wanted ?? fallbacks.find((fallback) => fallback !== null && fallback.trim() !== '') ?? null;
  if (name === null)
    throw new DomainError(
      'invalid_input',
      'No checkpoint is chosen. Choose one, or set a default checkpoint in Settings.',
      { field: 'checkpoint' },
    );
  const entity = await loader.checkpoint(name);
  if (entity !== null) return fromEntity(entity);
  // A path may lead to a file that nobody wrote a JSON for; a slug always comes from one.
  if (/^\w+$/.test(name)) throw notThere('checkpoints', name, 'checkpoint');
  return {
    path: name,
    slug: null,
    name,
    revision: null,
    data: { checkpoint_path: name, ...checkpointDefaults },
    is_nsfw: false,
  };
}

function fromEntity(entity: SourceEntity): ChosenCheckpoint {
  const { slug, name, revision, data, is_nsfw } = entity;
  return { path: textOf(own(data, 'checkpoint_path')) ?? entity.id, slug, name, revision, data, is_nsfw };
}
