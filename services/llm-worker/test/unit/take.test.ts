import { categories } from '@gaze/contracts';
import type { CategoryName } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { entryForm, tagsForm } from '../../src/result/category-form.ts';
import type { Known } from '../../src/result/category-form.ts';
import { take } from '../../src/result/take.ts';

const nothing: Known = { triggerSources: [], choices: {}, notes: '' };
const of = (category: CategoryName, answer: unknown, known: Partial<Known> = {}) =>
  take(entryForm(categories[category], { ...nothing, ...known }), answer);
const refusedAt = (taken: { refused: { pointer: string }[] }) => taken.refused.map(({ pointer }) => pointer);

describe('what the category asks for is taken', () => {
  test('a character, with its outfits', () => {
    const answer = {
      character_name: 'Mara  Voss',
      identity: { hair: 'red hair', eyes: ['green eyes', 'freckles'] },
      wardrobe: { default: { top: 'shirt' }, Winter: { top: 'coat' } },
      styles: { aesthetic: 'soft light', primary_color: 'teal' },
      lora: { lora_weight: '0.7', lora_triggers: '' },
      tags: { origin_series: 'Original', nsfw: 'false' },
      participants: { orientation: '1F', solo_focus: true },
    };
    const taken = of('characters', answer);
    expect(taken.value).toEqual({
      character_name: 'Mara Voss',
      identity: { hair: 'red hair', eyes: 'green eyes, freckles' },
      wardrobe: { default: { top: 'shirt' }, Winter: { top: 'coat' } },
      styles: { aesthetic: 'soft light', primary_color: 'teal' },
      lora: { lora_weight: 0.7, lora_triggers: '' },
      tags: { origin_series: 'Original', nsfw: false },
      participants: { orientation: '1F', solo_focus: 'true' },
    });
    expect([taken.refused, taken.faults]).toEqual([[], []]);
    expect(taken.tagPlaces).toContain('/wardrobe/Winter/top');
    expect(taken.tagPlaces).not.toContain('/styles/primary_color');
  });

  test('an outfit that stands there without a name is the default one', () => {
    expect(of('characters', { wardrobe: { top: 'shirt', footwear: 'boots' } }).value).toEqual({
      wardrobe: { default: { top: 'shirt', footwear: 'boots' } },
    });
  });

  test('the list of a detailer stays a list', () => {
    expect(of('detailers', { prompt: ['detailed eyes', ''] }).value).toEqual({ prompt: ['detailed eyes'] });
    expect(of('detailers', { prompt: 'detailed eyes' }).value).toEqual({ prompt: ['detailed eyes'] });
  });

  test('settings of a checkpoint within their ranges', () => {
    const taken = of('checkpoints', {
      steps: 28.4,
      cfg: 5.5,
      sampler_name: 'dpmpp_2m',
      scheduler: 'a b',
      clip_skip: 99,
    });
    expect(taken.value).toEqual({ steps: 28, cfg: 5.5, sampler_name: 'dpmpp_2m' });
    expect(refusedAt(taken)).toEqual(['/scheduler', '/clip_skip']);
  });

  test('a preset of entries that were given', () => {
    const choices = {
      characters: [{ id: 'mara', name: 'Mara' }],
      checkpoints: [{ id: 'a/b.safetensors', name: 'B' }],
    };
    const answer = {
      preset_name: 'P',
      character: {
        character_id: 'mara',
        use_lora: true,
        outfit: 'default',
        fields: { identity: { hair: 'random', eyes: false } },
      },
      look: null,
      outfit: { outfit_id: 'made_up', use_lora: true },
      action: { action_id: '__random__' },
      checkpoint: { checkpoint_path: '../../etc/passwd' },
      width: 832.4,
    };
    const taken = of('presets', answer, { choices });
    expect(taken.value).toEqual({
      preset_name: 'P',
      character: {
        character_id: 'mara',
        use_lora: true,
        outfit: 'default',
        fields: { identity: { hair: 'random', eyes: false } },
      },
      look: null,
      outfit: null,
      action: { action_id: '__random__' },
      checkpoint: { checkpoint_path: null },
      width: 832,
    });
    expect(refusedAt(taken)).toEqual(['/outfit/outfit_id', '/checkpoint/checkpoint_path']);
  });
});

describe('what is not the model’s to set is refused', () => {
  test.each([
    ['looks', { character_id: 'mara' }, '/character_id'],
    ['outfits', { outfit_id: '../x' }, '/outfit_id'],
    ['outfits', { lora: { lora_name: '../../x.safetensors' } }, '/lora/lora_name'],
    ['outfits', { lora: { lora_weight: 99 } }, '/lora/lora_weight'],
    ['outfits', { lora: { lora_weight_max: 1 } }, '/lora/lora_weight_max'],
    ['outfits', { is_favourite: true }, '/is_favourite'],
    ['outfits', { filename: 'x' }, '/filename'],
    ['outfits', { tags: { favourite: true } }, '/tags/favourite'],
    ['checkpoints', { checkpoint_path: 'x' }, '/checkpoint_path'],
    ['checkpoints', { workflow: 'evil' }, '/workflow'],
    ['checkpoints', { vae: '../evil.safetensors' }, '/vae'],
    ['checkpoints', { sampler_name: '../../x' }, '/sampler_name'],
    ['actions', { action_name: '<img src=x>' }, '/action_name'],
    ['actions', { action: { head: 'a\u0007b' } }, '/action/head'],
    ['characters', { wardrobe: { 'x\u0000': { top: 'a' } } }, '/wardrobe/x\u0000'],
    ['characters', { wardrobe: { default: { secret: 'a' } } }, '/wardrobe/default/secret'],
  ] as const)('%s %j', (category, answer, pointer) => {
    const taken = of(category, answer);
    expect(refusedAt(taken)).toContain(pointer);
    expect(JSON.stringify(taken.value)).not.toMatch(/mara|evil|\.\.|99|true|passwd|img|secret/);
  });

  test('also under names that are traps', () => {
    const answer = JSON.parse(
      '{"__proto__": {"isAdmin": true}, "constructor": {"x": 1}, "outfit_name": "A"}',
    ) as unknown;
    const taken = of('outfits', answer);
    expect(taken.value).toEqual({ outfit_name: 'A' });
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(refusedAt(taken)).toEqual(['/__proto__', '/constructor']);
  });

  test('an empty value is nobody’s attempt', () => {
    expect(of('outfits', { outfit_id: '', lora: { lora_name: null } }).refused).toEqual([]);
  });

  test('triggers only where the file or the person names them', () => {
    const known = { triggerSources: ['maravoss, mara_alt', 'use with: red coat style'] };
    const taken = of(
      'looks',
      { lora: { lora_triggers: 'maravoss, Mara Alt, red coat, voss, <lora:x:1>' } },
      known,
    );
    expect(taken.value).toEqual({ lora: { lora_triggers: 'maravoss, Mara Alt, red coat' } });
    expect(taken.refused.map(({ value }) => value)).toEqual(['voss', '<lora:x:1>']);
  });

  test('a VAE only where the notes name it', () => {
    expect(
      of('checkpoints', { vae: 'sdxl.safetensors' }, { notes: 'Use sdxl.safetensors as VAE' }).value,
    ).toEqual({ vae: 'sdxl.safetensors' });
    expect(of('checkpoints', { vae: 'integrated' }).value).toEqual({ vae: 'integrated' });
  });
});

describe('what the model can put right is a fault', () => {
  test.each([
    ['outfits', { wardrobe: 'coat' }, /\/wardrobe must be an object/],
    ['outfits', { wardrobe: { top: 7 } }, /\/wardrobe\/top must be text/],
    ['outfits', { wardrobe: { top: { a: 1 } } }, /\/wardrobe\/top must be text/],
    ['outfits', { tags: { nsfw: 'maybe' } }, /\/tags\/nsfw must be true or false/],
    ['outfits', { lora: { lora_weight: 'much' } }, /\/lora\/lora_weight must be a number/],
    ['outfits', { outfit_name: { a: 1 } }, /\/outfit_name must be text/],
    ['outfits', { wardrobe: { top: 'x'.repeat(3000) } }, /too long/],
    ['outfits', { tags: { nsfw: 'constructor' } }, /must be true or false/],
  ] as const)('%s %j', (category, answer, fault) => {
    expect(of(category, answer).faults.join(' ')).toMatch(fault);
  });
});

test('the tags object has the declared keys and no others', () => {
  const taken = take(tagsForm(categories.detailers.tags), {
    associated_resource: 'eyes',
    adetailer_targets: 'face, hands',
    nsfw: true,
    lora_name: 'x',
  });
  expect(taken.value).toEqual({
    associated_resource: 'eyes',
    adetailer_targets: ['face', 'hands'],
    nsfw: true,
  });
  expect(refusedAt(taken)).toEqual(['/lora_name']);
});
