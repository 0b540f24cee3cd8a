import { describe, expect, test } from 'vitest';
import { inventoryOf, readCapabilities } from '../../src/comfy/inventory.ts';

const classic = (choices: string[]) => ({ input: { required: { ckpt_name: [choices, {}] } } });

describe('what a host can do', () => {
  test('reads both shapes of a list of choices', () => {
    const info = {
      CheckpointLoaderSimple: classic(['Illustrious\\a.safetensors', 'b.safetensors']),
      VAELoader: { input: { required: { vae_name: ['COMBO', { options: ['v.safetensors', 3] }] } } },
    };
    const read = readCapabilities('Atelier', info);
    expect(read.checkpoints).toEqual(['Illustrious\\a.safetensors', 'b.safetensors']);
    expect(read.vaes).toEqual(['v.safetensors']);
    expect(read.classes).toEqual(['CheckpointLoaderSimple', 'VAELoader']);
  });

  test.each([
    undefined,
    null,
    'text',
    [],
    { KSampler: null },
    { KSampler: { input: { required: { sampler_name: 7 } } } },
  ])('takes %j for a host without choices', (info) => {
    expect(readCapabilities('x', info).samplers).toEqual([]);
  });

  test('the fingerprint changes with the lists and with nothing else', () => {
    const one = readCapabilities('Atelier', { CheckpointLoaderSimple: classic(['a']) });
    const renamed = readCapabilities('Cellar', { CheckpointLoaderSimple: classic(['a']) });
    const more = readCapabilities('Atelier', { CheckpointLoaderSimple: classic(['a', 'b']) });
    expect(inventoryOf(one).fingerprint).toBe(inventoryOf(renamed).fingerprint);
    expect(inventoryOf(one).fingerprint).not.toBe(inventoryOf(more).fingerprint);
  });
});
