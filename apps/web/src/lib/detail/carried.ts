import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { outfitOf, populatedSections } from '@gaze/domain';
import { textAt } from './facts.ts';
import { keyLabel } from './fields.ts';

/** What an entry made by a transfer holds, as a list that a person can read before it is made. */
export function carriedFields(
  declaration: CategoryDeclaration,
  data: EntityData,
): { label: string; text: string }[] {
  const outfit = outfitOf(declaration, data, { stored: null });
  const fields = populatedSections(declaration, data, outfit)
    .filter((section) => section.name !== 'lora')
    .flatMap((section) => section.fields.map(({ key, text }) => ({ label: keyLabel(key), text })));
  const lora = textAt(data, 'lora', 'lora_name');
  const tags = declaration.tags.map(({ key, label }) => ({ label, text: textAt(data, 'tags', key) }));
  return [...fields, { label: 'LoRA', text: lora }, ...tags].filter(({ text }) => text !== '');
}
