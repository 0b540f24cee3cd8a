import type { CategoryDeclaration, EntityData, PromptSection } from '@gaze/contracts';
import { addressOf, outfitOf, sectionHolder, triggersAddress } from '../fields/sections.ts';
import { promptTexts } from '../fields/prompt-value.ts';
import type { DataPlace } from '../fields/place.ts';
import type { JsonObject } from '../json.ts';
import { isObject, own } from '../json.ts';
import { joinTexts } from '../tags/split.ts';
import { blankEntity } from './blank.ts';
import { isNsfw } from './facts.ts';

export interface Transferred {
  data: EntityData;
  /** `section::key` addresses whose text has no place in the other category; the source keeps it. */
  leftOut: string[];
}

interface SourceField {
  section: PromptSection;
  key: string;
  address: string;
  value: unknown;
  text: string;
  negative: boolean;
}

/**
 * An entity of one category as one of another: the smallest valid one, with everything carried over that has a place
 * there. Sections of the same name give their fields one to one; all other prompt text goes into the field of the
 * target that takes free text. LoRA, NSFW and tags of the same key come along.
 * @throws DomainError data_error for a value of the source that is no text
 */
export function transferEntity(input: {
  from: CategoryDeclaration;
  to: CategoryDeclaration;
  data: EntityData;
  id: string;
  name: string;
  /** The outfit of a character whose wardrobe comes along. */
  outfit?: string | null;
  place?: DataPlace;
}): Transferred {
  const { from, to, data } = input;
  const target = blankEntity(to, input);
  const leftOut: string[] = [];
  const loose: SourceField[] = [];
  for (const field of sourceFields(input)) {
    const section = to.sections.find(({ name }) => name === field.section.name);
    if (section?.keys.includes(field.key) === true) placeIn(target, section, field.key, field.value);
    else if (field.negative) leftOut.push(...keepNegative(target, to, field));
    else loose.push(field);
  }
  leftOut.push(...placeFreeText(target, to, loose));
  const lora = own(data, 'lora');
  if (to.lora !== null && isObject(lora)) target.lora = { ...(target.lora as JsonObject), ...lora };
  target.tags = carriedTags(from, to, data, target.tags as JsonObject);
  return { data: target, leftOut };
}

function sourceFields(input: Parameters<typeof transferEntity>[0]): SourceField[] {
  const { from, data } = input;
  const place = input.place ?? { name: 'this entry', file: from.folder };
  const outfit = outfitOf(from, data, { stored: input.outfit ?? null }, place);
  return from.sections.flatMap((section) => {
    const holder = sectionHolder(section, data, outfit, place);
    return section.keys.flatMap((key): SourceField[] => {
      const address = addressOf(section.name, key);
      const text = promptTexts(own(holder, key), address, place).join(', ');
      if (text === '' || address === triggersAddress) return [];
      const negative = section.negativeKeys?.includes(key) === true;
      return [{ section, key, address, value: own(holder, key), text, negative }];
    });
  });
}

function placeIn(target: JsonObject, section: PromptSection, key: string, value: unknown): void {
  const holder = section.atRoot === true ? target : own(target, section.name);
  const inner = section.nested === true ? own(holder, 'default') : holder;
  if (isObject(inner)) inner[key] = value;
}

function keepNegative(target: JsonObject, to: CategoryDeclaration, field: SourceField): string[] {
  for (const section of to.sections) {
    const [key] = section.negativeKeys ?? [];
    if (key === undefined) continue;
    placeIn(target, section, key, field.text);
    return [];
  }
  return [field.address];
}

function placeFreeText(
  target: JsonObject,
  to: CategoryDeclaration,
  fields: readonly SourceField[],
): string[] {
  if (fields.length === 0) return [];
  const section =
    to.sections.find(({ name, freeKey }) => name !== 'lora' && freeKey !== undefined) ?? to.sections[0];
  const key = section?.freeKey ?? section?.keys[0];
  if (section === undefined || section.name === 'lora' || key === undefined)
    return fields.map(({ address }) => address);
  const holder = sectionHolder(section, target, section.nested === true ? 'default' : null);
  const before = promptTexts(own(holder, key), key, { name: 'the new entry', file: to.folder }).join(', ');
  placeIn(target, section, key, joinTexts(before, ...fields.map(({ text }) => text)));
  return [];
}

function carriedTags(
  from: CategoryDeclaration,
  to: CategoryDeclaration,
  data: EntityData,
  blank: JsonObject,
): JsonObject {
  const tags = own(data, 'tags');
  const shared = to.tags.filter(({ key, kind }) =>
    from.tags.some((other) => other.key === key && other.kind === kind),
  );
  const carried = shared.flatMap(({ key }) => (own(tags, key) === undefined ? [] : [[key, own(tags, key)]]));
  return { ...blank, ...(Object.fromEntries(carried) as JsonObject), nsfw: isNsfw(data) };
}
