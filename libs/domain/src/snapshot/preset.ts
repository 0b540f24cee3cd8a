import type { CategoryDeclaration, CategoryName, EntityData } from '@gaze/contracts';
import { partCategories, RANDOM } from '@gaze/contracts';
import { placeOf } from '../fields/place.ts';
import { promptTexts } from '../fields/prompt-value.ts';
import type { JsonObject } from '../json.ts';
import { booleanOf, isObject, numberOf, own, textOf } from '../json.ts';
import type { SourceEntity } from './loader.ts';
import type { WantedPart } from './wanted.ts';

export interface PresetParts {
  parts: Partial<Record<CategoryName, WantedPart[]>>;
  outfitName: string | undefined;
  /** Path, slug or `__random__`. */
  checkpoint: string | undefined;
  width: number | undefined;
  height: number | undefined;
  extraPositive: string;
  extraNegative: string;
  /** Every selected LoRA is wired, not one for each slot. */
  stackLoras: boolean;
}

/** Which fields of a part a preset switches on: `{section: {key: true | false | "random"}}`, or an older shape of it. */
export type FieldSwitches = JsonObject | readonly unknown[];

/**
 * Reads a preset as the parts of a recipe. Loose: beside the shape of today it takes a bare id for a part, lists
 * of parts, plural keys and ids at the top, as older files have them.
 * @throws DomainError data_error where an extra prompt is no text
 */
export function presetParts(
  preset: Pick<SourceEntity, 'category' | 'slug' | 'name' | 'data' | 'filename'>,
): PresetParts {
  const { data } = preset;
  const place = placeOf(preset);
  const extra = (key: string): string => promptTexts(own(data, key), key, place).join(', ');
  return {
    parts: Object.fromEntries(
      partCategories.map((declaration) => [declaration.name, partsOf(declaration, data)]),
    ),
    outfitName: outfitName(own(data, 'character')),
    checkpoint: checkpointOf(data),
    width: numberOf(own(data, 'width')),
    height: numberOf(own(data, 'height')),
    extraPositive: extra('extra_positive'),
    extraNegative: extra('extra_negative'),
    stackLoras: booleanOf(own(data, 'stack_loras')) ?? false,
  };
}

function partsOf(declaration: CategoryDeclaration, data: EntityData): WantedPart[] {
  const { singular, name } = declaration;
  const value = own(data, singular) ?? own(data, name) ?? own(data, `${singular}_id`);
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const parts = list.map((item, i) =>
    partOf(declaration, item, list.length > 1 ? `${singular}.${i}` : singular),
  );
  const found = parts.filter((part) => part !== null);
  return declaration.choice === 'one' ? found.slice(0, 1) : found;
}

function partOf({ name, singular }: CategoryDeclaration, value: unknown, path: string): WantedPart | null {
  const id =
    textOf(value) ??
    [`${singular}_id`, 'id', 'slug'].map((key) => textOf(own(value, key))).find((text) => text !== undefined);
  if (id === undefined) return null;
  const fields = own(value, 'fields');
  return {
    category: name,
    ref: id === RANDOM ? { by: 'random' } : { by: 'id', id },
    path,
    fields: undefined,
    switches: isObject(fields) || Array.isArray(fields) ? (fields as FieldSwitches) : {},
    useLora: booleanOf(own(value, 'use_lora')) ?? true,
    weight: numberOf(own(value, 'weight')),
  };
}

/** Today beside the fields; in older files inside of them. */
function outfitName(character: unknown): string | undefined {
  const fields = own(character, 'fields');
  return (
    textOf(own(character, 'outfit')) ??
    textOf(own(own(fields, 'wardrobe'), 'outfit')) ??
    textOf(own(fields, 'outfit'))
  );
}

function checkpointOf(data: EntityData): string | undefined {
  const checkpoint = own(data, 'checkpoint');
  return (
    textOf(checkpoint) ?? textOf(own(checkpoint, 'checkpoint_path')) ?? textOf(own(data, 'checkpoint_path'))
  );
}

/**
 * The fields that a preset's switches leave on, in the order of `available`. Absent counts as on; `random` is on
 * with probability ½.
 * @param draw gives a number in [0, 1); called once per populated field that is `random`, in canonical order
 */
export function switchedFields(
  declaration: CategoryDeclaration,
  available: readonly string[],
  switches: FieldSwitches,
  draw: (address: string) => number,
): string[] {
  return available.filter((address) => {
    const value = switchOf(declaration, switches, address);
    if (textOf(value)?.toLowerCase() === 'random') return draw(address) < 0.5;
    return booleanOf(value) ?? true;
  });
}

function switchOf(declaration: CategoryDeclaration, switches: FieldSwitches, address: string): unknown {
  const [section = '', key = ''] = address.split('::');
  if (Array.isArray(switches)) return switches.includes(address) || switches.includes(key);
  const ofSection = own(switches, section);
  if (ofSection !== undefined && !isObject(ofSection)) return ofSection;
  const flat = declaration.sections.length <= 2 && section !== 'lora' ? own(switches, key) : undefined;
  return own(switches, address) ?? own(ofSection, key) ?? own(own(ofSection, 'fields'), key) ?? flat;
}
