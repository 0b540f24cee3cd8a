import type { CategoryName, EntityDetail, GenerationRecord, Recipe } from '@gaze/contracts';
import { categories, partCategories, RANDOM } from '@gaze/contracts';
import { companionFields } from '@gaze/domain';
import { presetFacts, switchedSections, type PresetFacts } from '#lib/detail/preset-parts.ts';
import type { ChosenPart, GeneratorChoice, PartName } from './choice.ts';
import { chosenPart, plainChoice } from './choice.ts';
import { partFacts } from './part-fields.ts';
import { partNames } from './recipe.ts';
import type { Library, Opened } from './opened.ts';

/** A part as the record names it, before its entry is looked up. */
interface Told extends ChosenPart {
  name: PartName;
  /** It came along on another entry's page, where only some of its fields count. */
  isCompanion: boolean;
  isOfPreset: boolean;
}

/** The choice that renders the picture of a record again: with what was drawn in the place of the draws. */
export async function choiceOfRecord(record: GenerationRecord, library: Library): Promise<Opened> {
  const notes: string[] = [];
  const { recipe } = record;
  const preset = await presetOf(record, library, notes);
  const outfit = record.active_outfit ?? recipe.outfit_name ?? null;
  const parts: Partial<Record<PartName, ChosenPart[]>> = {};
  for (const told of toldParts(record)) {
    const entity = await library.entity(told.name, told.slug);
    if (entity === null) notes.push(goneNote(record, told));
    else
      (parts[told.name] ??= []).push(
        settled(told, entity, { outfit, preset, isDressed: 'outfits' in parts }),
      );
  }
  const checkpoint = await library.checkpoint(record.checkpoint);
  if (checkpoint === null) notes.push(checkpointNote(record.checkpoint));
  return { choice: { ...choiceBeside(record, preset), parts, outfit, checkpoint }, notes };
}

export const checkpointNote = (name: string): string =>
  `The checkpoint ${name} is not in the library; the usual one is taken.`;

function goneNote({ entities }: GenerationRecord, { name, slug }: Told): string {
  const known = entities.find((entity) => entity.category === name && entity.slug === slug);
  const word = categories[name].labelSingular.toLowerCase();
  return `The ${word} ${known?.name ?? slug} is not in the library any more and is left out.`;
}

/** All that is not an entry. */
function choiceBeside(record: GenerationRecord, preset: PresetFacts | null): GeneratorChoice {
  const { recipe, seed, width, height } = record;
  const usual = recipe.owner === null ? false : categories[recipe.owner.category].generation.background;
  const background = recipe.background ?? usual;
  return {
    ...plainChoice,
    stackLoras: recipe.stackLoras || preset?.stackLoras === true,
    background: background ? true : null,
    faceDetail: recipe.faceDetail,
    handDetail: recipe.handDetail,
    extraPositive: joined(preset?.extraPositive, recipe.extra_positive),
    extraNegative: joined(preset?.extraNegative, recipe.extra_negative),
    ...(Number.isSafeInteger(seed) && seed >= 0 ? { seed, seedLocked: true } : {}),
    ...{ width, height },
  };
}

const joined = (...texts: (string | undefined)[]): string => texts.filter((text) => text).join(', ');

/** Every part of the picture, in category order. */
function toldParts(record: Pick<GenerationRecord, 'recipe' | 'entities'>): Told[] {
  return partNames.flatMap((name) => partsOfCategory(record, name));
}

function partsOfCategory(
  { recipe, entities }: Pick<GenerationRecord, 'recipe' | 'entities'>,
  name: PartName,
): Told[] {
  const made = entities.filter(({ category }) => category === name).map(({ slug }) => slug);
  const asked = recipe.parts[name];
  const isOfPreset = asked === undefined && presetSlug(recipe) !== undefined;
  const isCompanion =
    name === 'characters' && recipe.owner !== null && recipe.owner.category !== 'characters' && !isOfPreset;
  const told = (part: ChosenPart): Told => ({ ...part, name, isOfPreset, isCompanion });
  if (asked === undefined) return made.map((slug) => told(chosenPart(slug)));
  const drawn = made.filter((slug) => !asked.some((part) => part.slug === slug));
  return asked.flatMap((part) => {
    const slug = part.slug === RANDOM ? drawn.shift() : part.slug;
    if (slug === undefined) return [];
    const { fields, weight, use_lora } = part;
    return [
      told(
        chosenPart(slug, {
          fields: fields !== undefined && fields.length > 0 ? fields : null,
          weight: weight ?? null,
          useLora: use_lora ?? true,
        }),
      ),
    ];
  });
}

const presetSlug = ({ preset, owner }: Recipe): string | undefined =>
  preset ?? (owner?.category === 'presets' ? owner.slug : undefined);

async function presetOf(
  { recipe }: GenerationRecord,
  library: Library,
  notes: string[],
): Promise<PresetFacts | null> {
  const slug = presetSlug(recipe);
  if (slug === undefined) return null;
  const entity = await library.entity('presets', slug);
  if (entity !== null) return presetFacts(entity);
  notes.push(`The preset ${slug} is gone: its entries are here, with all of their fields.`);
  return null;
}

/** A part with the fields and the weight that counted for it. */
function settled(
  { slug, fields, weight, useLora, name, isCompanion, isOfPreset }: Told,
  entity: EntityDetail,
  of: { outfit: string | null; preset: PresetFacts | null; isDressed: boolean },
): ChosenPart {
  const part = { slug, fields, weight, useLora };
  if (isOfPreset && of.preset !== null) return withPreset(part, name, entity, of.preset, of.outfit);
  if (fields !== null || !isCompanion) return part;
  const { sections } = partFacts(entity, of.outfit, of.isDressed);
  return { ...part, fields: companionFields(addressesOf(sections)) };
}

const addressesOf = (sections: readonly { fields: readonly { address: string }[] }[]): string[] =>
  sections.flatMap((section) => section.fields.map(({ address }) => address));

/** What a preset does with the fields of an entry: those that it leaves to the draw are in. */
function withPreset(
  part: ChosenPart,
  name: CategoryName,
  entity: EntityDetail,
  preset: PresetFacts,
  outfit: string | null,
): ChosenPart {
  const ofCategory = preset.parts.filter(({ category }) => category === name);
  const told =
    ofCategory.find((other) => other.slug === part.slug) ?? ofCategory.find((other) => other.slug === null);
  if (told === undefined) return part;
  const fields = switchedSections(told, entity, outfit ?? undefined).flatMap((section) => section.fields);
  const left = fields.filter(({ state }) => state !== 'out').map(({ address }) => address);
  return {
    ...part,
    useLora: told.useLora,
    weight: told.weight ?? null,
    fields: left.length === fields.length ? null : left,
  };
}

/** The choice that a preset stands for, to go on from: its draws stay draws. */
export async function choiceOfPreset(preset: EntityDetail, library: Library): Promise<Opened> {
  const facts = presetFacts(preset);
  const notes: string[] = [];
  const parts: Partial<Record<PartName, ChosenPart[]>> = {};
  for (const { name } of partCategories) {
    for (const told of facts.parts.filter(({ category }) => category === name)) {
      const part = chosenPart(told.slug ?? RANDOM, { useLora: told.useLora, weight: told.weight ?? null });
      const entity = told.slug === null ? null : await library.entity(name, told.slug);
      if (told.slug !== null && entity === null)
        notes.push(
          `The ${categories[name].labelSingular.toLowerCase()} ${told.slug} is not in the library and is left out.`,
        );
      else
        (parts[name as PartName] ??= []).push(
          entity === null ? part : withPreset(part, name, entity, facts, facts.outfit ?? null),
        );
    }
  }
  const named = facts.checkpoint === undefined || facts.checkpoint === RANDOM ? null : facts.checkpoint;
  const checkpoint = named === null ? null : await library.checkpoint(named);
  if (named !== null && checkpoint === null) notes.push(checkpointNote(named));
  if (facts.checkpoint === RANDOM)
    notes.push('The preset draws its checkpoint; here the usual one is taken.');
  return {
    choice: {
      ...plainChoice,
      ...{ parts, checkpoint, outfit: facts.outfit ?? null, stackLoras: facts.stackLoras },
      ...{ width: facts.width ?? null, height: facts.height ?? null },
      ...{ extraPositive: facts.extraPositive, extraNegative: facts.extraNegative },
    },
    notes,
  };
}
