import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { Lora, PromptValue, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const tags: readonly TagField[] = [
  { key: 'origin_series', label: 'Series', kind: 'text' },
  { key: 'origin_type', label: 'Type', kind: 'text' },
];

export const look: CategoryDeclaration = {
  name: 'looks',
  singular: 'look',
  label: 'Looks',
  labelSingular: 'Look',
  folder: 'looks',
  icon: 'venetian-mask',
  idField: 'look_id',
  nameField: 'look_name',
  slugRule: 'strip',
  schema: z.looseObject({
    look_id: z.string().nullish(),
    look_name: z.string().nullish(),
    character_id: z.string().nullish(),
    positive: PromptValue,
    negative: PromptValue,
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [
    {
      name: 'look',
      label: 'Look',
      keys: ['positive', 'negative'],
      freeKey: 'positive',
      atRoot: true,
      negativeKeys: ['negative'],
      main: 40,
      face: { order: 60, keys: ['positive'] },
    },
    loraSection,
  ],
  blank: { character_id: '' },
  replaces: [],
  lora: { node: 16, priority: 1, stackOrder: null },
  loraFolder: 'Illustrious/Looks/',
  tags,
  subtitle: ['origin_series', 'origin_type'],
  systemPrompt: 'look_system.txt',
  pickers: [
    { category: 'actions', random: true, label: 'action' },
    { category: 'styles', random: true, label: 'style' },
    { category: 'scenes', random: true, label: 'scene' },
  ],
  choice: 'one',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: false },
};
