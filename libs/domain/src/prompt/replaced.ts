import type { SnapshotPart } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { addressOf, populatedSections } from '../fields/sections.ts';
import { placeOf } from '../fields/place.ts';

type Replacer = Pick<SnapshotPart, 'category' | 'slug' | 'name' | 'data'>;

/** Whether another selected entity stands in for this field: an outfit for the wardrobe, an action for the pose, … */
export function isReplaced(
  part: Pick<SnapshotPart, 'category'>,
  section: string,
  key: string,
  parts: readonly Replacer[],
): boolean {
  if (part.category !== 'characters') return false;
  return parts.some((other) => {
    const { replaces } = categories[other.category];
    return (replaces.includes(section) || replaces.includes(addressOf(section, key))) && counts(other);
  });
}

/** An action counts once it says something. An outfit or a scene counts as such: its LoRA may say all of it. */
function counts(part: Replacer): boolean {
  const declaration = categories[part.category];
  if (declaration.replacesOnlyPopulated !== true) return true;
  return populatedSections(declaration, part.data, null, placeOf(part)).some(
    (section) => section.name !== 'lora',
  );
}
