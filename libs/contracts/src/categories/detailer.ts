import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { LooseBoolean, Lora, PromptValue, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const tags: readonly TagField[] = [
  { key: 'associated_resource', label: 'Resource', kind: 'text' },
  { key: 'adetailer_targets', label: 'Targets', kind: 'list' },
];

export const detailer: CategoryDeclaration = {
  name: 'detailers',
  singular: 'detailer',
  label: 'Detailers',
  labelSingular: 'Detailer',
  folder: 'detailers',
  icon: 'scan-face',
  idField: 'detailer_id',
  nameField: 'detailer_name',
  slugRule: 'strip',
  schema: z.looseObject({
    detailer_id: z.string().nullish(),
    detailer_name: z.string().nullish(),
    prompt: PromptValue,
    focus: z.looseObject({ face: LooseBoolean.optional(), hands: LooseBoolean.optional() }).nullish(),
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [{ name: 'detailer', label: 'Detail', keys: ['prompt'], atRoot: true, main: 90 }, loraSection],
  blank: { focus: { face: true, hands: true } },
  replaces: [],
  lora: { node: 19, priority: 2, stackOrder: 4 },
  loraFolder: 'Illustrious/Detailers/',
  tags,
  subtitle: ['associated_resource'],
  systemPrompt: 'detailer_system.txt',
  pickers: [
    { category: 'characters', random: true, label: 'character' },
    { category: 'actions', random: true, label: 'action' },
  ],
  choice: 'many',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: true },
};
