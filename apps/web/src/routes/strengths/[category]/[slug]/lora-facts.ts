import { loraOf } from '@gaze/domain';

export interface LoraFacts {
  name: string;
  /** What it counts without a draw. */
  weight: number;
  range: { min: number; max: number } | null;
  /** As the rest of a sentence about the entry. */
  says: string;
}

const shown = (weight: number): string => weight.toFixed(2);

/** What the LoRA block of an entry says of its weight; null without a LoRA. */
export function loraFacts(data: Record<string, unknown>): LoraFacts | null {
  const lora = loraOf(data);
  if (lora === null) return null;
  const { name, weight, range } = lora;
  const says =
    range === null
      ? `uses its LoRA at ${shown(weight)}`
      : `draws a weight between ${shown(range.min)} and ${shown(range.max)}`;
  return { name, weight, range, says };
}

const weightKeys = ['lora_weight', 'lora_weight_min', 'lora_weight_max', 'strength_model', 'strength_clip'];

/** The patch that brings the weights back to what they were; null takes a key away. */
export function undoPatch(data: Record<string, unknown>): Record<string, unknown> {
  const lora = (data.lora ?? {}) as Record<string, unknown>;
  return { lora: Object.fromEntries(weightKeys.map((key) => [key, lora[key] ?? null])) };
}

/** Where a sweep begins: around what counts now, in steps that an eye can tell apart. */
export function usualSpan({ weight, range }: Pick<LoraFacts, 'weight' | 'range'>): {
  from: number;
  to: number;
  step: number;
} {
  const round = (value: number): number => Math.round(value * 100) / 100;
  const low = Math.min(range?.min ?? weight, weight);
  const high = Math.max(range?.max ?? weight, weight);
  return { from: round(low >= 0 ? Math.max(0, low - 0.4) : low - 0.4), to: round(high + 0.4), step: 0.2 };
}
