import type { CategoryName, Recipe, Snapshot, SnapshotLora, SnapshotPart } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { loraOf, loraWeight } from '../entity/lora.ts';
import { quote } from '../errors.ts';
import { placeOf } from '../fields/place.ts';
import { promptTexts } from '../fields/prompt-value.ts';
import { outfitOf, triggersAddress } from '../fields/sections.ts';
import { wardrobe } from '../fields/wardrobe.ts';
import { own } from '../json.ts';
import { checkSize } from '../workflow/size.ts';
import type { TemplateDefaults } from '../workflow/template-defaults.ts';
import type { ChosenCheckpoint, ChosenPart } from './gather.ts';
import { loraChain } from './lora-chain.ts';
import { partFields } from './part-fields.ts';
import type { Wanted } from './wanted.ts';

/** Draws that are left once every entity is known. */
export interface LateDraws {
  field: (category: CategoryName, slug: string, address: string) => number;
  /** Null: leave the weight at the entity's plain one. */
  weight: (() => number) | null;
}

export interface SnapshotPieces {
  recipe: Recipe;
  wanted: Wanted;
  /** In category order. */
  chosen: readonly ChosenPart[];
  activeOutfit: string | null;
  checkpoint: ChosenCheckpoint;
  template: { name: string; hash: string } & Pick<TemplateDefaults, 'width' | 'height'>;
  nsfwPreset: boolean;
  notes: readonly string[];
}

/** The outfit of the chosen character whose wardrobe counts: null without one, or where another entity stands in for it. */
export function chosenOutfit(
  chosen: readonly ChosenPart[],
  names: readonly (string | undefined)[],
  notes: string[],
): string | null {
  const character = chosen.find(({ entity }) => entity.category === 'characters')?.entity;
  if (character === undefined) return null;
  if (chosen.some(({ entity }) => categories[entity.category].replaces.includes('wardrobe'))) return null;
  const place = placeOf(character);
  const asked = names.find((name) => name !== undefined);
  const outfit = outfitOf(
    categories.characters,
    character.data,
    { asked, stored: character.active_outfit },
    place,
  );
  if (asked !== undefined && !Object.hasOwn(wardrobe(character.data, place).outfits, asked)) {
    notes.push(
      `${character.name} has no outfit ${quote(asked)}; ${outfit === null ? 'none is worn' : `${quote(outfit)} is worn instead`}.`,
    );
  }
  return outfit;
}

/**
 * Puts the pieces together: fields, LoRA weights, size, flags. The seed is left to the caller.
 * @throws DomainError data_error for faulty prompt values, invalid_input for an impossible size
 */
export function assembleSnapshot(pieces: SnapshotPieces, seed: () => number, draws: LateDraws): Snapshot {
  const { recipe, wanted, chosen, checkpoint, template } = pieces;
  const bare = chosen.map((part) => bareSnapshotPart(part, pieces, draws));
  const parts = weighed(bare, chosen, wanted.stackLoras, draws.weight);
  const size = { width: wanted.width ?? template.width, height: wanted.height ?? template.height };
  checkSize(size);
  const { is_nsfw: nsfwCheckpoint, ...plainCheckpoint } = checkpoint;
  return {
    schema: 1,
    recipe,
    owner: recipe.owner,
    parts,
    active_outfit: pieces.activeOutfit,
    checkpoint: plainCheckpoint,
    template: { name: template.name, hash: template.hash },
    seed: seed(),
    ...size,
    stack_loras: wanted.stackLoras,
    background:
      recipe.background ?? (recipe.owner !== null && categories[recipe.owner.category].generation.background),
    face_detail: recipe.faceDetail,
    hand_detail: recipe.handDetail,
    extra_positive: wanted.extraPositive,
    extra_negative: wanted.extraNegative,
    cover: recipe.cover,
    is_nsfw: nsfwCheckpoint || pieces.nsfwPreset || chosen.some(({ entity }) => entity.is_nsfw),
    notes: [...pieces.notes],
  };
}

function bareSnapshotPart(
  part: ChosenPart,
  { recipe, activeOutfit }: SnapshotPieces,
  draws: LateDraws,
): SnapshotPart {
  const { category, slug, name, revision, data } = part.entity;
  const fields = partFields(part, recipe.owner, activeOutfit, (address) =>
    draws.field(category, slug, address),
  );
  return {
    category,
    slug,
    name,
    revision,
    data,
    fields,
    lora: part.useLora ? plainLora(part, fields) : null,
  };
}

function plainLora({ entity, weight }: ChosenPart, fields: readonly string[]): SnapshotLora | null {
  const lora = loraOf(entity.data);
  if (lora === null) return null;
  const triggers = fields.includes(triggersAddress)
    ? promptTexts(own(own(entity.data, 'lora'), 'lora_triggers'), triggersAddress, placeOf(entity)).join(', ')
    : '';
  const plain = loraWeight({ ...lora, range: null }, weight, () => 0);
  // An asked weight is a whole answer: a sweep that moved only one of two strengths would compare nothing.
  const clip = weight === undefined && lora.clipWeight !== null ? { clip_weight: lora.clipWeight } : {};
  return { name: lora.name, weight: plain, ...clip, triggers };
}

/** Draws the weights of the wired LoRAs, slot by slot. */
function weighed(
  parts: SnapshotPart[],
  chosen: readonly ChosenPart[],
  stack: boolean,
  draw: LateDraws['weight'],
): SnapshotPart[] {
  if (draw === null) return parts;
  const weights = new Map<SnapshotPart, number>();
  for (const { part } of loraChain(parts, stack).links) {
    const lora = loraOf(part.data);
    if (lora !== null) weights.set(part, loraWeight(lora, chosen[parts.indexOf(part)]?.weight, draw));
  }
  return parts.map((part) => {
    const weight = weights.get(part);
    return weight === undefined || part.lora === null ? part : { ...part, lora: { ...part.lora, weight } };
  });
}
