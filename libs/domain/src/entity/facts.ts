import type { CategoryDeclaration, EntityData, PromptSection } from '@gaze/contracts';
import { booleanOf, isObject, own, textOf } from '../json.ts';
import { sectionObject } from '../fields/sections.ts';

/** Tags as the original wrote them first: a list of words that repeat the prompt. */
export function hasOldTags(data: EntityData): boolean {
  return Array.isArray(own(data, 'tags'));
}

/** `tags.nsfw`; absent means no. Old list tags say it with the word `nsfw`. */
export function isNsfw(data: EntityData): boolean {
  const tags = own(data, 'tags');
  if (Array.isArray(tags)) return tags.some((tag) => textOf(tag)?.toLowerCase() === 'nsfw');
  return booleanOf(own(tags, 'nsfw')) ?? false;
}

/** The line under the name on a card: the first tag of the declared ones that says something. */
export function subtitleOf(declaration: CategoryDeclaration, data: EntityData): string {
  for (const key of declaration.subtitle) {
    const text = texts(own(own(data, 'tags'), key)).join(', ');
    if (text !== '') return text;
  }
  return '';
}

/**
 * All text of an entity that a person may look for: id, name, prompt fields, triggers, tags.
 * Never throws: what is no text is left out.
 */
export function searchText(declaration: CategoryDeclaration, data: EntityData): string {
  const found = [own(data, declaration.idField), own(data, declaration.nameField)].flatMap(texts);
  for (const section of declaration.sections) found.push(...sectionTexts(section, data));
  found.push(...texts(own(own(data, 'lora'), 'lora_name')));
  const tags = own(data, 'tags');
  if (Array.isArray(tags)) found.push(...texts(tags));
  else for (const field of declaration.tags) found.push(...texts(own(tags, field.key)));
  for (const key of ['base_positive', 'base_negative', 'extra_positive', 'extra_negative'])
    found.push(...texts(own(data, key)));
  return [...new Set(found)].join('\n');
}

function sectionTexts(section: PromptSection, data: EntityData): string[] {
  const object = sectionObject(section, data);
  const pick = (holder: unknown): string[] =>
    [...section.keys, ...(section.silentKeys ?? [])].flatMap((key) => texts(own(holder, key)));
  if (section.nested !== true || !isObject(object)) return pick(object);
  return [
    ...pick(object),
    ...Object.entries(object).flatMap(([name, outfit]) => (isObject(outfit) ? [name, ...pick(outfit)] : [])),
  ];
}

function texts(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map(textOf).filter((text) => text !== undefined);
}
