import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { Lora, promptSection, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const keys = ['full_body', 'additional', 'head', 'eyes', 'arms', 'hands'] as const;
const tags: readonly TagField[] = [{ key: 'participants', label: 'Participants', kind: 'text' }];

export const action: CategoryDeclaration = {
  name: 'actions',
  singular: 'action',
  label: 'Actions',
  labelSingular: 'Action',
  folder: 'actions',
  icon: 'person-standing',
  idField: 'action_id',
  nameField: 'action_name',
  slugRule: 'strip',
  schema: z.looseObject({
    action_id: z.string().nullish(),
    action_name: z.string().nullish(),
    action: promptSection(keys),
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [
    {
      name: 'action',
      label: 'Action',
      keys,
      freeKey: 'additional',
      main: 50,
      face: { order: 40, keys: ['head', 'eyes'] },
      hand: { order: 40, keys: ['hands', 'arms'] },
    },
    loraSection,
  ],
  replaces: ['defaults::pose'],
  replacesOnlyPopulated: true,
  lora: { node: 18, priority: 1, stackOrder: 2 },
  loraFolder: 'Illustrious/Poses/',
  tags,
  subtitle: ['participants'],
  systemPrompt: 'action_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'many',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: true },
};
