import type { CategoryDeclaration, EntityDetail } from '@gaze/contracts';
import { outfitOf, populatedSections, wardrobe, type PopulatedSection } from '@gaze/domain';

export interface ReadEntity {
  sections: PopulatedSection[];
  /** Names of the outfits, in the order of the file. */
  outfits: string[];
  /** The outfit that is worn. */
  outfit: string | null;
  /** Why the fields cannot be told: a fault of the file. */
  fault: unknown;
}

/** What chips and tabs are drawn from. Never throws: a faulty file is a page that says so. */
export function readEntity(
  declaration: CategoryDeclaration,
  entity: Pick<EntityDetail, 'name' | 'filename' | 'data' | 'active_outfit'> | null,
): ReadEntity {
  const none = { sections: [], outfits: [], outfit: null };
  if (entity === null) return { ...none, fault: null };
  const place = { name: entity.name, file: `${declaration.folder}/${entity.filename}` };
  try {
    const outfit = outfitOf(declaration, entity.data, { stored: entity.active_outfit }, place);
    const isNested = declaration.sections.some((section) => section.nested === true);
    return {
      sections: populatedSections(declaration, entity.data, outfit, place),
      outfits: isNested ? Object.keys(wardrobe(entity.data, place).outfits) : [],
      outfit,
      fault: null,
    };
  } catch (fault) {
    return { ...none, fault };
  }
}
