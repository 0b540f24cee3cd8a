import { expect, test } from 'vitest';
import { loraFacts, undoPatch, usualSpan } from './lora-facts.ts';

test('an entry says what its LoRA counts', () => {
  expect(loraFacts({ lora: { lora_name: 'a.safetensors', lora_weight: 0.7 } })).toMatchObject({
    weight: 0.7,
    range: null,
    says: 'uses its LoRA at 0.70',
  });
  expect(loraFacts({ lora: { lora_name: 'a', lora_weight_min: 0.5, lora_weight_max: 0.9 } })?.says).toBe(
    'draws a weight between 0.50 and 0.90',
  );
  expect(loraFacts({ lora: { lora_name: '' } })).toBeNull();
  expect(loraFacts({})).toBeNull();
});

test('an undo brings back what was there, and takes away what was not', () => {
  expect(undoPatch({ lora: { lora_weight: '0.7', lora_triggers: 'a' } })).toEqual({
    lora: {
      lora_weight: '0.7',
      lora_weight_min: null,
      lora_weight_max: null,
      strength_model: null,
      strength_clip: null,
    },
  });
});

test('a sweep begins around what counts now', () => {
  expect(usualSpan({ weight: 0.8, range: null })).toEqual({ from: 0.4, to: 1.2, step: 0.2 });
  expect(usualSpan({ weight: 0.1, range: null })).toEqual({ from: 0, to: 0.5, step: 0.2 });
  expect(usualSpan({ weight: -0.5, range: null })).toEqual({ from: -0.9, to: -0.1, step: 0.2 });
  expect(usualSpan({ weight: 0.7, range: { min: 0.6, max: 1 } })).toEqual({ from: 0.2, to: 1.4, step: 0.2 });
});
