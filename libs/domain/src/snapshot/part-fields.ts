import type { CategoryDeclaration, Recipe } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { placeOf } from '../fields/place.ts';
import { availableFields, triggersAddress } from '../fields/sections.ts';
import { selectFields } from '../fields/select.ts';
import type { ChosenPart } from './gather.ts';
import { switchedFields } from './preset.ts';

/**
 * The fields of a character that comes along on another category's page: identity and triggers, and the wardrobe
 * where no outfit stands in for it; no defaults, no styles. A new list, in the order of `available`.
 */
export function companionFields(available: readonly string[]): string[] {
  return available.filter((address) => /^(identity|wardrobe)::/.test(address) || address === triggersAddress);
}

/** The category owns a page on which a character is a companion. A preset says itself which fields count. */
function isCompanion(declaration: CategoryDeclaration, owner: Recipe['owner']): boolean {
  if (declaration.name !== 'characters' || owner === null) return false;
  return owner.category !== 'characters' && categories[owner.category].generation.kind !== 'preset';
}

/**
 * The fields of a chosen part, in canonical order.
 * @param outfit the outfit that counts; null where it has none, or another entity stands in for it
 * @param draw see `switchedFields`
 */
export function partFields(
  part: ChosenPart,
  owner: Recipe['owner'],
  outfit: string | null,
  draw: (address: string) => number,
): string[] {
  const { entity, fields, switches } = part;
  const declaration = categories[entity.category];
  const available = availableFields(declaration, entity.data, outfit, placeOf(entity));
  if (fields !== undefined && fields.length > 0) return selectFields(fields, [], available);
  if (switches !== undefined) return switchedFields(declaration, available, switches, draw);
  if (isCompanion(declaration, owner)) return companionFields(available);
  // Saved defaults say which texts a person likes; a LoRA without its triggers would not do its work.
  const saved = entity.default_fields;
  return selectFields(saved.length > 0 ? [...saved, triggersAddress] : [], [], available);
}
