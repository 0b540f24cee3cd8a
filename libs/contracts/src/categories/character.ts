import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { LooseBoolean, Lora, promptSection, tagSchema } from './declaration.ts';
import { loraSection } from './lora-section.ts';

export const wardrobeKeys = [
  'full_body',
  'headwear',
  'top',
  'bottom',
  'legwear',
  'footwear',
  'hands',
  'gloves',
  'accessories',
] as const;

const identityKeys = [
  'base_specs',
  'hair',
  'eyes',
  'hands',
  'arms',
  'torso',
  'pelvis',
  'legs',
  'feet',
  'extra',
] as const;
const defaultsKeys = ['expression', 'pose', 'scene'] as const;
const colours = ['primary_color', 'secondary_color', 'tertiary_color'] as const;

const tags: readonly TagField[] = [
  { key: 'origin_series', label: 'Series', kind: 'text' },
  { key: 'origin_type', label: 'Type', kind: 'text' },
];

export const character: CategoryDeclaration = {
  name: 'characters',
  singular: 'character',
  label: 'Characters',
  labelSingular: 'Character',
  folder: 'characters',
  icon: 'user-round',
  idField: 'character_id',
  nameField: 'character_name',
  slugRule: 'strip',
  schema: z.looseObject({
    character_id: z.string().nullish(),
    character_name: z.string().nullish(),
    identity: promptSection(identityKeys),
    defaults: promptSection(defaultsKeys),
    // flat or nested by outfit name; which of the two is decided, and a mixture refused, by the domain
    wardrobe: z.record(z.string(), z.unknown()).nullish(),
    styles: promptSection(['aesthetic', ...colours]),
    lora: Lora,
    tags: tagSchema(tags),
    participants: z
      .looseObject({ orientation: z.string().nullish(), solo_focus: LooseBoolean.optional() })
      .nullish(),
  }),
  sections: [
    {
      name: 'identity',
      label: 'Identity',
      keys: identityKeys,
      freeKey: 'extra',
      main: 20,
      face: { order: 20, keys: ['base_specs', 'hair', 'eyes'] },
      hand: { order: 20, keys: ['hands'] },
    },
    {
      name: 'wardrobe',
      label: 'Wardrobe',
      keys: wardrobeKeys,
      nested: true,
      main: 30,
      face: { order: 30, keys: ['headwear'] },
      hand: { order: 30, keys: ['hands', 'gloves'] },
    },
    {
      name: 'defaults',
      label: 'Mood',
      keys: defaultsKeys,
      main: 70,
      face: { order: 50, keys: ['expression'] },
    },
    {
      name: 'styles',
      label: 'Style',
      keys: ['aesthetic'],
      silentKeys: colours,
      main: 80,
      face: { order: 80, keys: ['aesthetic'] },
    },
    loraSection,
  ],
  replaces: [],
  lora: { node: 16, priority: 2, stackOrder: null },
  loraFolder: 'Illustrious/Looks/',
  tags,
  subtitle: ['origin_series', 'origin_type'],
  systemPrompt: 'character_system.txt',
  pickers: [
    { category: 'looks', random: true, label: 'look' },
    { category: 'outfits', random: true, label: 'outfit' },
    { category: 'actions', random: true, label: 'action' },
    { category: 'styles', random: true, label: 'style' },
    { category: 'scenes', random: true, label: 'scene' },
    { category: 'detailers', random: false, label: 'detailer' },
  ],
  choice: 'one',
  generation: { kind: 'part', background: false, cover: 'keep', randomCharacter: false },
};
