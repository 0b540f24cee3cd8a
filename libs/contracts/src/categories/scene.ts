import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { Lora, promptSection, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const keys = ['background', 'foreground', 'furniture', 'colors', 'lighting', 'theme'] as const;
const tags: readonly TagField[] = [{ key: 'scene_type', label: 'Type', kind: 'text' }];

export const scene: CategoryDeclaration = {
  name: 'scenes',
  singular: 'scene',
  label: 'Scenes',
  labelSingular: 'Scene',
  folder: 'scenes',
  icon: 'mountain',
  idField: 'scene_id',
  nameField: 'scene_name',
  slugRule: 'strip',
  schema: z.looseObject({
    scene_id: z.string().nullish(),
    scene_name: z.string().nullish(),
    scene: promptSection(keys),
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [{ name: 'scene', label: 'Scene', keys, main: 60 }, loraSection],
  replaces: ['defaults::scene'],
  lora: { node: 19, priority: 3, stackOrder: 5 },
  loraFolder: 'Illustrious/Backgrounds/',
  tags,
  subtitle: ['scene_type'],
  systemPrompt: 'scene_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'many',
  generation: { kind: 'part', background: false, cover: 'keep', randomCharacter: true },
};
