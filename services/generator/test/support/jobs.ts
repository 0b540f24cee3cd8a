import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot, SnapshotPart } from '@gaze/contracts';
import { Recipe, Workflow } from '@gaze/contracts';

const workflows = join(import.meta.dirname, '../../../../data/workflows');

export function template(name = 'default'): Workflow {
  return Workflow.parse(JSON.parse(readFileSync(join(workflows, `${name}.json`), 'utf8')));
}

export interface SnapshotOptions {
  template?: string;
  checkpoint?: string;
  /** Settings in the checkpoint's JSON. */
  settings?: Record<string, unknown>;
  lora?: string | null;
  seed?: number;
  detail?: 'on' | 'off' | 'auto';
}

/** A small picture of one character with a LoRA, on files that the stand-ins have by themselves. */
export function snapshot(options: SnapshotOptions = {}): Snapshot {
  const { lora = 'Illustrious/Looks/soft_ink.safetensors', detail = 'off' } = options;
  const path = options.checkpoint ?? 'Illustrious/meadow_v1.safetensors';
  const part: SnapshotPart = {
    category: 'characters',
    slug: 'mara',
    name: 'Mara',
    revision: 'r1',
    data: {
      character_id: 'mara',
      character_name: 'Mara',
      identity: { hair: 'red hair, braid' },
      lora: { lora_name: lora ?? '', lora_weight: 0.8, lora_triggers: 'soft ink' },
    },
    fields: ['identity::hair'],
    lora: lora === null ? null : { name: lora, weight: 0.8, triggers: 'soft ink' },
  };
  return {
    schema: 1,
    recipe: Recipe.parse({ owner: { category: 'characters', slug: 'mara' } }),
    owner: { category: 'characters', slug: 'mara' },
    parts: [part],
    active_outfit: null,
    checkpoint: {
      path,
      slug: null,
      name: 'Meadow',
      revision: null,
      data: { steps: 8, sampler_name: 'euler', scheduler: 'normal', ...options.settings },
    },
    template: { name: options.template ?? 'default', hash: options.template ?? 'default' },
    seed: options.seed ?? 1,
    width: 128,
    height: 128,
    stack_loras: false,
    background: true,
    face_detail: detail,
    hand_detail: detail,
    extra_positive: '',
    extra_negative: '',
    cover: 'keep',
    is_nsfw: false,
    notes: [],
  };
}
