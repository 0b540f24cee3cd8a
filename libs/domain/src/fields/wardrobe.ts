import type { EntityData } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isObject, own } from '../json.ts';
import type { DataPlace } from './place.ts';

export interface Wardrobe {
  /** `flat`: the keys lie in `wardrobe` itself and make one outfit called `default`. */
  shape: 'flat' | 'nested';
  /** In the order of the file. */
  outfits: Record<string, JsonObject>;
}

/**
 * Reads a character's wardrobe. All values text: flat. All values objects: nested by outfit name.
 * Null and absent values take no side; a wardrobe without any value has no outfit.
 * @throws DomainError data_error for a mixture, or for values that are neither
 */
export function wardrobe(
  data: EntityData,
  place: DataPlace = { name: 'the character', file: 'characters' },
): Wardrobe {
  const value = own(data, 'wardrobe');
  if (value === undefined || value === null) return { shape: 'nested', outfits: {} };
  if (!isObject(value)) throw fault('is no object', place);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  if (entries.length === 0) return { shape: 'nested', outfits: {} };
  const nested = entries.filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
  if (nested.length === entries.length) return { shape: 'nested', outfits: Object.fromEntries(nested) };
  if (nested.length > 0) throw fault('mixes fields with outfits', place);
  const other = entries.find(([, entry]) => typeof entry !== 'string' && !Array.isArray(entry));
  if (other !== undefined) throw fault(`holds a ${typeof other[1]} at ${quote(other[0])}`, place);
  return { shape: 'flat', outfits: { default: value } };
}

/** The outfit that counts: the asked one, else the stored one, else `default`, else the first; null without outfits. */
export function activeOutfit(
  outfits: Wardrobe['outfits'],
  ...wanted: (string | null | undefined)[]
): string | null {
  for (const name of [...wanted, 'default']) {
    if (name !== undefined && name !== null && Object.hasOwn(outfits, name)) return name;
  }
  return Object.keys(outfits)[0] ?? null;
}

function fault(what: string, place: DataPlace): DomainError {
  return new DomainError(
    'data_error',
    `The wardrobe of ${place.name} (${place.file}) ${what}. It must hold either fields only, or outfits by name only.`,
    { field: 'wardrobe', file: place.file },
  );
}
