import { z } from 'zod';
import type { CategoryDeclaration } from './declaration.ts';
import { LooseBoolean, PromptValue, tagSchema } from './declaration.ts';

/** A preset names its parts by key (`character`, `outfit`, …), each of them loose: older files differ in detail. */
const onePart = z.looseObject({
  use_lora: LooseBoolean.optional(),
  fields: z.union([z.record(z.string(), z.unknown()), z.array(z.string())]).nullish(),
});

/** Older files have a bare id, or a list, where an object belongs. */
const part = z.union([onePart, z.string(), z.array(z.union([onePart, z.string()]))]).nullish();

export const preset: CategoryDeclaration = {
  name: 'presets',
  singular: 'preset',
  label: 'Presets',
  labelSingular: 'Preset',
  folder: 'presets',
  icon: 'layers',
  idField: 'preset_id',
  nameField: 'preset_name',
  slugRule: 'strip',
  schema: z.looseObject({
    preset_id: z.string().nullish(),
    preset_name: z.string().nullish(),
    character: part,
    look: part,
    outfit: part,
    action: part,
    scene: part,
    style: part,
    detailer: part,
    checkpoint: z.union([z.looseObject({ checkpoint_path: z.string().nullish() }), z.string()]).nullish(),
    width: z.union([z.number(), z.string()]).nullish(),
    height: z.union([z.number(), z.string()]).nullish(),
    extra_positive: PromptValue,
    extra_negative: PromptValue,
    tags: tagSchema([]),
  }),
  sections: [],
  blank: {
    character: null,
    look: null,
    outfit: null,
    action: null,
    scene: null,
    style: null,
    detailer: null,
    checkpoint: { checkpoint_path: null },
    extra_positive: '',
    extra_negative: '',
  },
  replaces: [],
  lora: null,
  loraFolder: null,
  tags: [],
  subtitle: [],
  systemPrompt: 'preset_system.txt',
  pickers: [],
  choice: 'one',
  generation: { kind: 'preset', background: false, cover: 'keep', randomCharacter: false },
};
