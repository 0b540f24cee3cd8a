import type { CategoryDeclaration, EntityData } from '@gaze/contracts';

/** Text at a path of an entity's JSON; lists are joined. Anything else is no text. */
export function textAt(data: EntityData, ...path: readonly string[]): string {
  let value: unknown = data;
  for (const key of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as EntityData)[key]
        : null;
  }
  if (Array.isArray(value))
    return value
      .filter((item) => typeof item === 'string')
      .join(', ')
      .trim();
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

/** The declared tags of an entity that say something, as the line under its name shows them. */
export function tagFacts(declaration: Pick<CategoryDeclaration, 'tags'>, data: EntityData): string[] {
  const found = declaration.tags.map((tag) => capitalised(textAt(data, 'tags', tag.key)));
  return [...new Set(found.filter((text) => text !== ''))];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
