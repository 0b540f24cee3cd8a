import { categories } from '@gaze/contracts';
import { transferEntity } from '@gaze/domain';
import { describe, expect, it } from 'vitest';
import { carriedFields } from './carried.ts';

const coat = {
  outfit_id: 'coat',
  outfit_name: 'Coat',
  wardrobe: { top: 'wool coat', footwear: 'boots' },
  lora: { lora_name: 'Illustrious/Clothing/coat.safetensors', lora_weight: 0.7 },
  tags: { outfit_type: 'Winter', nsfw: false },
};

const carried = (to: 'characters' | 'styles') =>
  carriedFields(
    categories[to],
    transferEntity({
      ...{ from: categories.outfits, to: categories[to], data: coat, id: 'coat', name: 'Coat' },
    }).data,
  );

describe('carriedFields', () => {
  it('lists fields that keep their place one by one, and the LoRA', () => {
    expect(carried('characters')).toEqual([
      { label: 'top', text: 'wool coat' },
      { label: 'footwear', text: 'boots' },
      { label: 'LoRA', text: 'Illustrious/Clothing/coat.safetensors' },
    ]);
  });

  it('shows the text that has no place of its own where it ends up', () => {
    expect(carried('styles')[0]?.text).toBe('wool coat, boots');
  });
});
