import type { CategoryName, EntityDetail } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import type { PopulatedSection } from '@gaze/domain';
import { loraOf, outfitOf, populatedSections, wardrobe } from '@gaze/domain';

export interface PartFacts {
  sections: PopulatedSection[];
  /** Names of the outfits of its wardrobe; empty where another entry stands in for it. */
  outfits: string[];
  /** The outfit that counts. */
  outfit: string | null;
  /** Why nothing can be told: a fault of the file. */
  fault: unknown;
}

/**
 * What a chosen entry brings: its fields by section, and a character's wardrobe.
 * @param isDressed another chosen entry takes the place of the wardrobe
 */
export function partFacts(
  entity: Pick<EntityDetail, 'category' | 'name' | 'filename' | 'data' | 'active_outfit'>,
  asked: string | null,
  isDressed: boolean,
): PartFacts {
  const declaration = categories[entity.category];
  const place = { name: entity.name, file: `${declaration.folder}/${entity.filename}` };
  try {
    const wanted = { asked: asked ?? undefined, stored: entity.active_outfit };
    const outfit = isDressed ? null : outfitOf(declaration, entity.data, wanted, place);
    const isNested = declaration.sections.some((section) => section.nested === true);
    return {
      sections: populatedSections(declaration, entity.data, outfit, place),
      outfits: isNested && !isDressed ? Object.keys(wardrobe(entity.data, place).outfits) : [],
      outfit,
      fault: null,
    };
  } catch (fault) {
    return { sections: [], outfits: [], outfit: null, fault };
  }
}

/** Whether one of these categories takes the place of a character's wardrobe. */
export function dresses(names: readonly CategoryName[]): boolean {
  return names.some((name) => categories[name].replaces.includes('wardrobe'));
}

export interface WeightSpan {
  /** As the file says. */
  usual: number;
  least: number;
  most: number;
}

/** Where the slider of a LoRA's weight goes: between the ends that its file sets, else what anybody would try. */
export function weightSpan(entity: Pick<EntityDetail, 'data'>): WeightSpan | null {
  const lora = loraOf(entity.data);
  if (lora === null) return null;
  const usual = lora.weight;
  if (lora.range !== null && lora.range.min < lora.range.max)
    return { usual, least: lora.range.min, most: lora.range.max };
  return { usual, least: Math.min(0, Math.floor(usual)), most: Math.max(2, Math.ceil(Math.abs(usual))) };
}
