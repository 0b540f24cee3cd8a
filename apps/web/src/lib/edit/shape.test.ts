import { categories, categoryList } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { shapeOf, type Shape } from './shape.ts';

const shape = (name: keyof typeof categories): Shape =>
  shapeOf(
    categories[name].schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Parameters<
      typeof shapeOf
    >[0],
  );

describe('shapeOf', () => {
  it('reads every kind of value out of a category’s schema', () => {
    expect(shape('detailers')).toMatchObject({
      kind: 'group',
      keys: {
        detailer_id: { kind: 'text' },
        prompt: { kind: 'prompt' },
        focus: { kind: 'group', keys: { face: { kind: 'switch' }, hands: { kind: 'switch' } } },
        lora: { keys: { lora_name: { kind: 'text' }, lora_weight: { kind: 'number' } } },
        tags: { kind: 'group', keys: { nsfw: { kind: 'switch' }, adetailer_targets: { kind: 'prompt' } } },
      },
    });
    expect(shape('checkpoints')).toMatchObject({
      keys: { steps: { kind: 'number' }, vae: { kind: 'text' }, base_positive: { kind: 'prompt' } },
    });
  });

  it('leaves what can be anything alone: a wardrobe, a preset’s parts', () => {
    expect(shape('characters')).toMatchObject({ keys: { wardrobe: { kind: 'any' } } });
    expect(shape('presets')).toMatchObject({
      keys: { character: { kind: 'any' }, width: { kind: 'number' } },
    });
  });

  it('gives every category a group of keys', () => {
    for (const { name, nameField } of categoryList) {
      const made = shape(name);
      expect(made.kind === 'group' && made.keys[nameField]).toEqual({ kind: 'text' });
    }
  });
});
