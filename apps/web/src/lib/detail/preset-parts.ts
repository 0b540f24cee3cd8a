import type { CategoryDeclaration, CategoryName } from '@gaze/contracts';
import { categories, partCategories } from '@gaze/contracts';
import type { PopulatedField, SourceEntity } from '@gaze/domain';
import { addressOf, outfitOf, populatedSections, presetParts, slugOf, switchedFields } from '@gaze/domain';

/** One part of a preset, not looked up yet. */
export interface PresetPart {
  category: CategoryName;
  /** Null: drawn when the picture is made. */
  slug: string | null;
  useLora: boolean;
  /** Undefined: as the entry's file says. */
  weight?: number | undefined;
  switches: Parameters<typeof switchedFields>[2];
}

export interface PresetFacts {
  parts: PresetPart[];
  outfit: string | undefined;
  checkpoint: string | undefined;
  width: number | undefined;
  height: number | undefined;
  extraPositive: string;
  extraNegative: string;
  stackLoras: boolean;
}

/** What a preset brings, in category order. Throws as `presetParts`. */
export function presetFacts(preset: Parameters<typeof presetParts>[0]): PresetFacts {
  const { parts, outfitName, ...rest } = presetParts(preset);
  return {
    ...rest,
    outfit: outfitName,
    parts: partCategories.flatMap((declaration) =>
      (parts[declaration.name] ?? []).map(({ ref, useLora, switches, weight }) => ({
        category: declaration.name,
        // a preset names others by id, and the address of an id is a plain rule
        slug: ref.by === 'random' ? null : slugOf(declaration, ref.by === 'id' ? ref.id : ref.slug),
        useLora,
        weight,
        switches: switches ?? {},
      })),
    ),
  };
}

export interface SwitchedField extends PopulatedField {
  state: 'in' | 'out' | 'random';
}

/** What a preset says about the fields of a part that is drawn: those that it leaves out or leaves to the draw. */
export function plainSwitches({
  category,
  switches,
}: PresetPart): { address: string; key: string; state: 'out' | 'random' }[] {
  const declaration: CategoryDeclaration = categories[category];
  const declared = declaration.sections.flatMap((section) =>
    section.keys.map((key) => ({ key, address: addressOf(section.name, key) })),
  );
  const all = declared.map(({ address }) => address);
  const atMost = new Set(switchedFields(declaration, all, switches, () => 0));
  const atLeast = new Set(switchedFields(declaration, all, switches, () => 1));
  return declared
    .filter(({ address }) => !atLeast.has(address))
    .map((field) => ({ ...field, state: atMost.has(field.address) ? 'random' : 'out' }));
}

/** The populated fields of a preset's part and what the preset does with each. */
export function switchedSections(
  part: PresetPart,
  entity: SourceEntity,
  outfit: string | undefined,
): { label: string; fields: SwitchedField[] }[] {
  const declaration: CategoryDeclaration = categories[part.category];
  const worn = outfitOf(declaration, entity.data, { asked: outfit, stored: entity.active_outfit });
  const sections = populatedSections(declaration, entity.data, worn);
  const available = sections.flatMap((section) => section.fields.map((field) => field.address));
  // a draw of 0 lets every random field in, a draw of 1 none: the difference is what is drawn
  const atMost = new Set(switchedFields(declaration, available, part.switches, () => 0));
  const atLeast = new Set(switchedFields(declaration, available, part.switches, () => 1));
  const stateOf = (address: string): SwitchedField['state'] =>
    atLeast.has(address) ? 'in' : atMost.has(address) ? 'random' : 'out';
  return sections.map(({ label, fields }) => ({
    label,
    fields: fields.map((field) => ({ ...field, state: stateOf(field.address) })),
  }));
}
