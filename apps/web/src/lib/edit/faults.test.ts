import { categories } from '@gaze/contracts';
import type { EntityData } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { faultsOf } from './faults.ts';
import { shapeOf } from './shape.ts';

function faults(name: keyof typeof categories, data: EntityData): Record<string, string> {
  const shape = shapeOf(
    categories[name].schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Parameters<
      typeof shapeOf
    >[0],
  );
  return Object.fromEntries(
    faultsOf(categories[name], shape, data).map(({ path, message }) => [path.join('.'), message]),
  );
}

describe('faultsOf', () => {
  it('names each fault at its field', () => {
    const found = faults('checkpoints', {
      ...{ steps: 'many', cfg: 900, clip_skip: 1.5, vae: 3, base_positive: ['a', null] },
      tags: { nsfw: 'perhaps' },
    });
    expect(Object.keys(found).sort()).toEqual(['cfg', 'clip_skip', 'steps', 'tags.nsfw', 'vae']);
    expect(found.steps).toContain('«many» is no number');
    expect(found.cfg).toBe('This must be a number from 0 to 100.');
  });

  it('finds nothing in what people write by hand and GAZE takes', () => {
    expect(
      faults('characters', {
        ...{ identity: { hair: ['a', 'b'] }, defaults: null, tags: ['nsfw', 'old'], lora: null, notes: 5 },
        wardrobe: { top: 'a' },
      }),
    ).toEqual({});
    expect(faults('checkpoints', { steps: '25', cfg: null, clip_skip: -2 })).toEqual({});
  });

  it('looks into each outfit, and refuses a mixture', () => {
    const path = faults('characters', { wardrobe: { Festival: { top: 5 }, Home: { top: 'x' } } });
    expect(Object.keys(path)).toEqual(['wardrobe.Festival.top']);
    expect(Object.keys(faults('characters', { wardrobe: { Festival: {}, top: 'x' } }))).toEqual(['wardrobe']);
  });

  it('knows the bounds of sizes and weights', () => {
    expect(Object.keys(faults('presets', { width: 833, height: 1216 }))).toEqual(['width']);
    expect(Object.keys(faults('actions', { lora: { lora_name: 'x', lora_weight: 40 } }))).toEqual([
      'lora.lora_weight',
    ]);
  });
});
