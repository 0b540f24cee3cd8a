import type { EntityData } from '@gaze/contracts';
import { numberOf, own, textOf } from '../json.ts';

export interface EntityLora {
  /** As the file writes it, relative to ComfyUI's `loras` folder. */
  name: string;
  /** What it counts without a draw: `lora_weight`, else 1. */
  weight: number;
  /** The span that a weight is drawn from, ordered; null where the file does not set both ends. */
  range: { min: number; max: number } | null;
  /** Strength for the text encoder where the entity sets it apart from that of the model. */
  clipWeight: number | null;
}

const clamp = (weight: number): number => Math.min(10, Math.max(-10, weight));

/** The LoRA that an entity names; null without one. */
export function loraOf(data: EntityData): EntityLora | null {
  const lora = own(data, 'lora');
  const name = textOf(own(lora, 'lora_name'));
  if (name === undefined) return null;
  const min = numberOf(own(lora, 'lora_weight_min'));
  const max = numberOf(own(lora, 'lora_weight_max'));
  const strength = numberOf(own(lora, 'strength_model'));
  const clip = numberOf(own(lora, 'strength_clip'));
  return {
    name,
    weight: clamp(strength ?? numberOf(own(lora, 'lora_weight')) ?? 1),
    range:
      strength !== undefined || min === undefined || max === undefined
        ? null
        : { min: clamp(Math.min(min, max)), max: clamp(Math.max(min, max)) },
    clipWeight: clip === undefined ? null : clamp(clip),
  };
}

/**
 * The weight of one use: the asked one, else a draw from the entity's span, rounded to 0.01, else its plain weight.
 * @param draw gives a number in [0, 1); called at most once, and only where there is a span to draw from
 */
export function loraWeight(lora: EntityLora, asked: number | undefined, draw: () => number): number {
  if (asked !== undefined) return clamp(Number.isFinite(asked) ? asked : 1);
  if (lora.range === null) return lora.weight;
  const { min, max } = lora.range;
  return clamp(Math.round((min + draw() * (max - min)) * 100) / 100);
}
