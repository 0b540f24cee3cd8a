import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { DomainError, populatedSections, wardrobe } from '@gaze/domain';
import type { FileFault, JsonPath } from './faults.ts';
import { faultAtPath } from './faults.ts';

/**
 * What a schema cannot say and a prompt would stumble over later: a wardrobe that mixes fields with outfits, a number
 * where text belongs. Null: the file can be used.
 */
export function contentFault(
  declaration: CategoryDeclaration,
  data: EntityData,
  text: string,
  filename: string,
): FileFault | null {
  const place = { name: 'this entry', file: `${declaration.folder}/${filename}` };
  let outfit: string | null = null;
  try {
    const nested = declaration.sections.some((section) => section.nested === true);
    for (const name of nested ? [null, ...Object.keys(wardrobe(data, place).outfits)] : [null]) {
      outfit = name;
      populatedSections(declaration, data, outfit, place);
    }
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return faultAtPath('schema', error.message, text, pathOf(declaration, data, error.field ?? '', outfit));
  }
}

/** Where a `section::key` address, or a whole section, lies in the JSON. */
function pathOf(
  declaration: CategoryDeclaration,
  data: EntityData,
  address: string,
  outfit: string | null,
): JsonPath {
  const [name = '', ...keys] = address.split('::');
  const section = declaration.sections.find((candidate) => candidate.name === name);
  if (section?.atRoot === true) return keys;
  // A flat wardrobe has no level for the outfit.
  const flat = section?.nested !== true || outfit === null || wardrobeIsFlat(data);
  return name === '' ? [] : [name, ...(flat || keys.length === 0 ? [] : [outfit]), ...keys];
}

function wardrobeIsFlat(data: EntityData): boolean {
  try {
    return wardrobe(data).shape === 'flat';
  } catch {
    return true;
  }
}
