import type { BestWeight, EntityData } from '@gaze/contracts';
import { own } from '../json.ts';

/**
 * What saving a chosen weight changes in an entity's LoRA block, as a patch in which null takes a key away. A single
 * weight ends a span and strengths set apart, which would otherwise go before it; a span leaves `lora_weight` for
 * whoever reads no spans.
 */
export function bestWeightPatch(data: EntityData, best: BestWeight): EntityData {
  const lora = own(data, 'lora');
  const stale = (keys: readonly string[]): EntityData =>
    Object.fromEntries(keys.filter((key) => own(lora, key) !== undefined).map((key) => [key, null]));
  const apart = stale(['strength_model', 'strength_clip']);
  if ('weight' in best)
    return {
      lora: { lora_weight: best.weight, ...stale(['lora_weight_min', 'lora_weight_max']), ...apart },
    };
  const low = Math.min(best.min, best.max);
  const high = Math.max(best.min, best.max);
  return { lora: { lora_weight_min: low, lora_weight_max: high, ...apart } };
}
