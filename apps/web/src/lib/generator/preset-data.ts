import type { EntityData, EntityDetail } from '@gaze/contracts';
import { categories, RANDOM } from '@gaze/contracts';
import type { ChosenPart, GeneratorChoice, PartName } from './choice.ts';
import { partsOf } from './choice.ts';
import { partFacts } from './part-fields.ts';
import { partNames } from './recipe.ts';

/**
 * The choice as a preset's file holds it: entries by id, the fields that are off, weights, size and checkpoint. A seed
 * does not go along: a preset is for many pictures.
 * @param find the chosen entries; one that is not there is left out
 */
export function presetData(
  choice: GeneratorChoice,
  find: (name: PartName, slug: string) => EntityDetail | undefined,
): EntityData {
  const parts = partNames.flatMap((name) => {
    const list = partsOf(choice, name).flatMap((part) => presetPart(choice, name, part, find) ?? []);
    const { singular } = categories[name];
    return list.length === 0 ? [] : [[singular, list.length === 1 ? list[0] : list] as const];
  });
  return {
    ...Object.fromEntries(parts),
    checkpoint: { checkpoint_path: choice.checkpoint },
    ...(choice.width === null ? {} : { width: choice.width }),
    ...(choice.height === null ? {} : { height: choice.height }),
    ...(choice.stackLoras ? { stack_loras: true } : {}),
    extra_positive: choice.extraPositive,
    extra_negative: choice.extraNegative,
  };
}

function presetPart(
  choice: GeneratorChoice,
  name: PartName,
  part: ChosenPart,
  find: (name: PartName, slug: string) => EntityDetail | undefined,
): EntityData | null {
  const { singular } = categories[name];
  const entity = part.slug === RANDOM ? undefined : find(name, part.slug);
  if (part.slug !== RANDOM && entity === undefined) return null;
  const outfit = name === 'characters' ? (choice.outfit ?? entity?.active_outfit ?? null) : null;
  return {
    [`${singular}_id`]: entity?.id ?? RANDOM,
    use_lora: part.useLora,
    ...(part.weight === null ? {} : { weight: part.weight }),
    ...(outfit === null ? {} : { outfit }),
    ...(entity === undefined ? {} : switches(entity, part, choice.outfit)),
  };
}

/** The fields that are out; what a preset does not name is in. */
function switches(entity: EntityDetail, part: ChosenPart, outfit: string | null): { fields?: EntityData } {
  const { sections } = partFacts(entity, outfit, false);
  const chosen = part.fields ?? (entity.default_fields.length > 0 ? entity.default_fields : null);
  if (chosen === null) return {};
  const isTriggers = (address: string) => address === 'lora::lora_triggers' && part.fields === null;
  const off = sections.flatMap((section) => {
    const out = section.fields.filter(({ address }) => !chosen.includes(address) && !isTriggers(address));
    return out.length === 0 ? [] : [[section.name, Object.fromEntries(out.map(({ key }) => [key, false]))]];
  });
  return off.length === 0 ? {} : { fields: Object.fromEntries(off) as EntityData };
}
