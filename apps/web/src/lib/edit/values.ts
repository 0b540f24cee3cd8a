import { sameJson, splitTags } from '@gaze/domain';

export type Path = readonly string[];

/** The value at a path of an entity's data; undefined where the way ends before. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
      return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A value as a text field shows it; lists are joined. What is no text at all shows as JSON, so that it can be put right. */
export function shownText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => item === null || typeof item === 'string'))
    return value.filter((item) => item !== null && item.trim() !== '').join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as number | boolean);
}

/**
 * The value that a text becomes: a list where the file has one, or where the field is one; the saved value itself
 * where the text says the same, so that typing something and taking it back is no change.
 */
export function textValue(text: string, saved: unknown, isList: boolean): unknown {
  if (text === shownText(saved)) return saved;
  if (text === '' && (saved === undefined || saved === null)) return saved;
  return isList || Array.isArray(saved) ? splitTags(text) : text;
}

/** The value that a number field's text becomes: a number where it is one, else the text itself for the check to name. */
export function numberValue(text: string, saved: unknown): unknown {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === shownText(saved).trim()) return saved;
  if (trimmed === '') return saved === undefined ? undefined : null;
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}

/** Whether a switch is on; the absent one counts as `usual`. */
export function isOn(value: unknown, usual = false): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || !/^\s*(true|false)\s*$/i.test(value)) return usual;
  return value.trim().toLowerCase() === 'true';
}

/** Whether two values say the same to a person: an absent key, null and an empty text do. */
export function saysTheSame(a: unknown, b: unknown): boolean {
  return sameJson(a, b) || (isBlank(a) && isBlank(b));
}

const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0);
