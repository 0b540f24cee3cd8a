import { z } from 'zod';
import { wardrobeKeys } from './character.ts';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { Lora, promptSection, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

const tags: readonly TagField[] = [{ key: 'outfit_type', label: 'Type', kind: 'text' }];

export const outfit: CategoryDeclaration = {
  name: 'outfits',
  singular: 'outfit',
  label: 'Outfits',
  labelSingular: 'Outfit',
  folder: 'clothing',
  icon: 'shirt',
  idField: 'outfit_id',
  nameField: 'outfit_name',
  slugRule: 'strip',
  schema: z.looseObject({
    outfit_id: z.string().nullish(),
    outfit_name: z.string().nullish(),
    wardrobe: promptSection(wardrobeKeys),
    lora: Lora,
    tags: tagSchema(tags),
  }),
  sections: [
    {
      name: 'wardrobe',
      label: 'Wardrobe',
      keys: wardrobeKeys,
      main: 30,
      face: { order: 30, keys: ['headwear'] },
      hand: { order: 30, keys: ['hands', 'gloves'] },
    },
    loraSection,
  ],
  replaces: ['wardrobe'],
  lora: { node: 17, priority: 1, stackOrder: 1 },
  loraFolder: 'Illustrious/Clothing/',
  tags,
  subtitle: ['outfit_type'],
  systemPrompt: 'outfit_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'many',
  generation: { kind: 'part', background: true, cover: 'keep', randomCharacter: true },
};
