import type { CategoryDeclaration, EntityData, PromptSection } from '@gaze/contracts';
import { own } from '../json.ts';
import type { DataPlace } from './place.ts';
import { promptTexts } from './prompt-value.ts';
import { activeOutfit, wardrobe } from './wardrobe.ts';

export interface PopulatedField {
  /** `section::key` */
  address: string;
  key: string;
  /** Its texts joined by commas: what a chip shows. */
  text: string;
}

export interface PopulatedSection {
  name: string;
  label: string;
  /** In canonical order; never empty. */
  fields: PopulatedField[];
}

export const triggersAddress = 'lora::lora_triggers';

export const addressOf = (section: string, key: string): string => `${section}::${key}`;

/** The object that holds a section's keys as the file nests it; of a wardrobe, the whole of it. */
export function sectionObject(section: PromptSection, data: EntityData): unknown {
  return section.atRoot === true ? data : own(data, section.name);
}

/** The object that holds a section's keys; of a nested section that of the active outfit. Null: none counts. */
export function sectionHolder(
  section: PromptSection,
  data: EntityData,
  outfit: string | null,
  place?: DataPlace,
): unknown {
  if (section.nested !== true) return sectionObject(section, data);
  return outfit === null ? undefined : own(wardrobe(data, place).outfits, outfit);
}

/**
 * The fields of an entity that hold text, by section, all in canonical order: what chips are drawn from.
 *
 * @param outfit name of the active outfit (see `outfitOf`); null leaves a nested wardrobe out
 * @throws DomainError data_error for a value that is no text, or a mixed wardrobe
 */
export function populatedSections(
  declaration: CategoryDeclaration,
  data: EntityData,
  outfit: string | null,
  place: DataPlace = { name: 'this entry', file: declaration.folder },
): PopulatedSection[] {
  const found: PopulatedSection[] = [];
  for (const section of declaration.sections) {
    const holder = sectionHolder(section, data, outfit, place);
    const fields: PopulatedField[] = [];
    for (const key of section.keys) {
      const address = addressOf(section.name, key);
      const texts = promptTexts(own(holder, key), address, place);
      if (texts.length > 0) fields.push({ address, key, text: texts.join(', ') });
    }
    if (fields.length > 0) found.push({ name: section.name, label: section.label, fields });
  }
  return found;
}

/** Addresses of the populated fields, in canonical order. Throws as `populatedSections`. */
export function availableFields(
  declaration: CategoryDeclaration,
  data: EntityData,
  outfit: string | null,
  place?: DataPlace,
): string[] {
  return populatedSections(declaration, data, outfit, place).flatMap((section) =>
    section.fields.map((field) => field.address),
  );
}

/**
 * The outfit that counts for an entity whose category nests its wardrobe: the asked one if it has it, else the
 * stored one, else `default`, else the first. Null for other categories, or without outfits.
 * @throws DomainError data_error for a mixed wardrobe
 */
export function outfitOf(
  declaration: CategoryDeclaration,
  data: EntityData,
  wanted: { asked?: string | undefined; stored?: string | null },
  place?: DataPlace,
): string | null {
  if (!declaration.sections.some((section) => section.nested === true)) return null;
  return activeOutfit(wardrobe(data, place).outfits, wanted.asked, wanted.stored);
}
