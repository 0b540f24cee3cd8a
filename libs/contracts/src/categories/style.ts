import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { Lora, promptSection, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const keys = ['artist_name', 'artistic_style'] as const;
const tags: readonly TagField[] = [{ key: 'style_type', label: 'Type', kind: 'text' }];

export const style: CategoryDeclaration = {
  name: 'styles',
  singular: 'style',
  label: 'Styles',
  labelSingular: 'Style',
  folder: 'styles',
  icon: 'paintbrush',
  idField: 'style_id',
  nameField: 'style_name',
  slugRule: 'strip',
  schema: z.looseObject({
    style_id: z.string().nullish(),
    style_name: z.string().nullish(),
    style: promptSection(keys),
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [
    {
      name: 'style',
      label: 'Style',
      keys,
      freeKey: 'artistic_style',
      main: 85,
      face: { order: 70, keys: ['artist_name'] },
      hand: { order: 70, keys: ['artist_name'] },
    },
    loraSection,
  ],
  replaces: [],
  lora: { node: 19, priority: 1, stackOrder: 3 },
  loraFolder: 'Illustrious/Styles/',
  tags,
  subtitle: ['style_type'],
  systemPrompt: 'style_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'many',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: true },
};
