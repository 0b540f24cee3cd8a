import { DomainError, quote } from '../errors.ts';
import type { DataPlace } from './place.ts';

/**
 * The texts of a prompt value: a text, a list of texts, or absent (null and blank count as absent).
 * @throws DomainError data_error for a number, a boolean or an object, naming the file and the field
 */
export function promptTexts(value: unknown, field: string, place: DataPlace): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const found: string[] = [];
  for (const item of list) {
    if (item === null) continue;
    if (typeof item !== 'string') throw notText(item, field, place);
    const text = item.trim();
    if (text !== '') found.push(text);
  }
  return found;
}

function notText(value: unknown, field: string, place: DataPlace): DomainError {
  const kind = Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'an object'
      : `the ${typeof value} ${JSON.stringify(value)}`;
  return new DomainError(
    'data_error',
    `${quote(field)} of ${place.name} (${place.file}) holds ${kind} where text or a list of texts belongs. Correct the file and rescan.`,
    { field, file: place.file },
  );
}
