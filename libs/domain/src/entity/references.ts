import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { isObject, own, textOf } from '../json.ts';
import type { FieldChange } from './merge.ts';

/** An id that became another one. */
export interface RenamedId {
  from: string;
  to: string;
  /** The slugs of the two: older presets name parts by them. */
  fromSlug: string;
  toSlug: string;
}

/** The change of a look whose character was renamed. */
export function lookReference(look: EntityData, { from, to }: RenamedId): FieldChange[] {
  return textOf(own(look, 'character_id')) === from ? [{ path: ['character_id'], value: to }] : [];
}

/**
 * The changes of a preset one of whose parts was renamed, in whichever of the shapes that are read (`presetParts`):
 * an object with the id, a bare id, a list of either, a plural key or an id at the top.
 */
export function presetReferences(
  preset: EntityData,
  { singular, name, idField }: Pick<CategoryDeclaration, 'singular' | 'name' | 'idField'>,
  renamed: RenamedId,
): FieldChange[] {
  const idKeys = [...new Set([`${singular}_id`, idField, 'id', 'slug'])];
  return [...new Set([singular, name, `${singular}_id`, idField])].flatMap((key): FieldChange[] => {
    const value = own(preset, key);
    const changed = Array.isArray(value)
      ? value.map((part: unknown) => renamedPart(part, idKeys, renamed))
      : renamedPart(value, idKeys, renamed);
    return JSON.stringify(changed) === JSON.stringify(value) ? [] : fieldsOf(key, value, changed);
  });
}

function renamedPart(part: unknown, idKeys: readonly string[], renamed: RenamedId): unknown {
  if (typeof part === 'string') return renamedText(part, renamed);
  if (!isObject(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      idKeys.includes(key) && typeof value === 'string' ? renamedText(value, renamed) : value,
    ]),
  );
}

function renamedText(text: string, { from, to, fromSlug, toSlug }: RenamedId): string {
  if (text.trim() === from) return to;
  return text.trim() === fromSlug ? toSlug : text;
}

/** Only the keys that changed, so that the rest of an object keeps its text. */
function fieldsOf(key: string, before: unknown, after: unknown): FieldChange[] {
  if (!isObject(before) || !isObject(after)) return [{ path: [key], value: after }];
  return Object.keys(after)
    .filter((inner) => after[inner] !== before[inner])
    .map((inner) => ({ path: [key, inner], value: after[inner] }));
}
