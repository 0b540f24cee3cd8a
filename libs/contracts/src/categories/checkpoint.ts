import { z } from 'zod';
import type { CategoryDeclaration, TagField } from './declaration.ts';
import { PromptValue, tagSchema } from './declaration.ts';

const tags: readonly TagField[] = [
  { key: 'art_style', label: 'Style', kind: 'text' },
  { key: 'base_model', label: 'Base model', kind: 'text' },
];
const number = z
  .union([z.number(), z.string().regex(/^\s*-?\d+(\.\d+)?\s*$/, 'must be a number')], {
    error: 'must be a number',
  })
  .nullish();

/** What a checkpoint without a JSON of its own renders with. */
export const checkpointDefaults = {
  steps: 25,
  cfg: 5,
  sampler_name: 'euler_ancestral',
  scheduler: 'normal',
  vae: 'integrated',
  base_positive: '',
  base_negative: '',
} as const;

export const checkpoint: CategoryDeclaration = {
  name: 'checkpoints',
  singular: 'checkpoint',
  label: 'Checkpoints',
  labelSingular: 'Checkpoint',
  folder: 'checkpoints',
  icon: 'box',
  idField: 'checkpoint_path',
  nameField: 'checkpoint_name',
  slugRule: 'underscore',
  schema: z.looseObject({
    checkpoint_path: z.string().nullish(),
    checkpoint_name: z.string().nullish(),
    base_positive: PromptValue,
    base_negative: PromptValue,
    steps: number,
    cfg: number,
    sampler_name: z.string().nullish(),
    scheduler: z.string().nullish(),
    clip_skip: number,
    vae: z.string().nullish(),
    workflow: z.string().nullish(),
    tags: tagSchema(tags),
  }),
  sections: [],
  blank: checkpointDefaults,
  replaces: [],
  lora: null,
  loraFolder: null,
  tags,
  subtitle: ['base_model', 'art_style'],
  systemPrompt: 'checkpoint_system.txt',
  pickers: [{ category: 'characters', random: true, label: 'character' }],
  choice: 'one',
  generation: { kind: 'checkpoint', background: true, cover: 'replace', randomCharacter: true },
};
