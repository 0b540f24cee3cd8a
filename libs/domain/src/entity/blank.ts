import type { CategoryDeclaration, EntityData, PromptSection } from '@gaze/contracts';
import type { JsonObject } from '../json.ts';

const emptyLora = { lora_name: '', lora_weight: 1, lora_triggers: '' } as const;

/** A new entity with every field that its category declares, all of them empty. */
export function blankEntity(
  declaration: CategoryDeclaration,
  identity: { id: string; name: string },
): EntityData {
  const data: JsonObject = {
    [declaration.idField]: identity.id,
    [declaration.nameField]: identity.name,
    ...declaration.blank,
  };
  for (const section of declaration.sections) if (section.name !== 'lora') addSection(data, section);
  if (declaration.lora !== null) data.lora = { ...emptyLora };
  data.tags = {
    ...Object.fromEntries(declaration.tags.map(({ key, kind }) => [key, kind === 'list' ? [] : ''])),
    nsfw: false,
  };
  return data;
}

function addSection(data: JsonObject, section: PromptSection): void {
  if (section.atRoot === true) for (const key of section.keys) data[key] ??= '';
  else
    data[section.name] = section.nested === true ? { default: emptySection(section) } : emptySection(section);
}

/** A section of a prompt, or one outfit of a wardrobe, without text. */
export function emptySection(section: Pick<PromptSection, 'keys' | 'silentKeys'>): Record<string, string> {
  return Object.fromEntries([...section.keys, ...(section.silentKeys ?? [])].map((key) => [key, '']));
}
