import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { sectionHolder } from '../fields/sections.ts';
import { placeOf } from '../fields/place.ts';
import { wardrobe } from '../fields/wardrobe.ts';
import type { JsonObject } from '../json.ts';
import { isObject, own, withKey } from '../json.ts';
import type { ChosenCheckpoint, ChosenPart } from './gather.ts';
import type { WildcardContext } from './wildcards.ts';
import { expandWildcards } from './wildcards.ts';

/** The entity with the wildcards of all its prompt texts resolved. Its data is copied where it changes. */
export async function withPlainText(
  part: ChosenPart,
  outfit: string | null,
  context: WildcardContext,
): Promise<ChosenPart> {
  const { entity } = part;
  const declaration = categories[entity.category];
  let { data } = entity;
  for (const section of declaration.sections) {
    const holder = sectionHolder(section, data, outfit, placeOf(entity));
    if (!isObject(holder)) continue;
    const plain = await plainKeys(holder, [...section.keys, ...(section.silentKeys ?? [])], context);
    if (plain !== holder) data = putBack(declaration, section.name, data, outfit, plain);
  }
  return data === entity.data ? part : { ...part, entity: { ...entity, data } };
}

/** The checkpoint with the wildcards of its base prompts resolved. */
export async function withPlainBase(
  checkpoint: ChosenCheckpoint,
  context: WildcardContext,
): Promise<ChosenCheckpoint> {
  return {
    ...checkpoint,
    data: await plainKeys(checkpoint.data, ['base_positive', 'base_negative'], context),
  };
}

async function plainKeys(
  holder: JsonObject,
  keys: readonly string[],
  context: WildcardContext,
): Promise<JsonObject> {
  let result = holder;
  for (const key of keys) {
    const value = own(holder, key);
    const plain = await plainValue(value, context);
    if (plain !== value) result = withKey(result, key, plain);
  }
  return result;
}

/** The same value where nothing was drawn. What is no text is left for the reading of fields to complain about. */
async function plainValue(value: unknown, context: WildcardContext): Promise<unknown> {
  if (typeof value === 'string') return expandWildcards(value, context);
  if (!Array.isArray(value)) return value;
  const items: unknown[] = [];
  for (const item of value as unknown[])
    items.push(typeof item === 'string' ? await expandWildcards(item, context) : item);
  return items.some((item, i) => item !== (value as unknown[])[i]) ? items : value;
}

function putBack(
  declaration: CategoryDeclaration,
  name: string,
  data: EntityData,
  outfit: string | null,
  plain: JsonObject,
): EntityData {
  const section = declaration.sections.find((other) => other.name === name);
  if (section?.atRoot === true) return plain;
  const nested = section?.nested === true && outfit !== null && wardrobe(data).shape === 'nested';
  const whole = own(data, name);
  return withKey(data, name, nested && isObject(whole) ? withKey(whole, outfit, plain) : plain);
}
