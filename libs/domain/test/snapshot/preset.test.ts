import type { EntityData, RecipeInput } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { buildPrompts, presetParts } from '../../src/index.ts';
import { defaultTemplate, draws, entity, snapshotOf } from '../support/build.ts';
import { library, preset } from '../support/library.ts';

const parts = (data: EntityData) => presetParts(entity('presets', { preset_id: 'p', ...data })).parts;
const resolve = (recipe: RecipeInput, ...numbers: number[]) =>
  snapshotOf(library, recipe, { random: draws(...numbers) });

describe('presets', () => {
  test('PRESET-1 ids are canonical ids, __random__ or null', () => {
    const { characters, looks, styles, scenes } = parts(preset.data);
    expect(characters?.[0]?.ref).toEqual({ by: 'id', id: 'mira_voss' });
    expect(styles?.[0]?.ref).toEqual({ by: 'random' });
    expect([looks, scenes]).toEqual([[], []]);
  });
  test('PRESET-2 true, false, random with probability ½; absent is true; draws in canonical order after those of the parts', async () => {
    // style: ink, watercolor → watercolor; expression random → in; eyes random → out
    const snapshot = await resolve({ preset: 'tea_time' }, 0.9, 0.49, 0.5);
    const fields = Object.fromEntries(snapshot.parts.map((part) => [part.category, part.fields]));
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['mira_voss', 'sitting', 'watercolor', 'skin']);
    expect(fields.characters).toContain('defaults::expression');
    expect(fields.characters).not.toContain('defaults::pose');
    expect(fields.characters).toContain('identity::hair');
    expect(fields.actions).toEqual([
      'action::full_body',
      'action::additional',
      'action::head',
      'action::arms',
      'lora::lora_triggers',
    ]);
    expect(snapshot.parts[1]?.lora).toBeNull();
    expect(snapshot.active_outfit).toBe('beach');
  });
  test('PRESET-3 request overrides win; extra prompts append', async () => {
    const recipe: RecipeInput = {
      preset: 'tea_time',
      parts: { styles: [{ slug: 'ink' }], actions: [], characters: [{ slug: 'joss' }] },
      checkpoint: 'Illustrious/meridian_xl_v3.safetensors',
      outfit_name: 'default',
      extra_positive: 'rain',
      extra_negative: 'sun',
      height: 1024,
    };
    const snapshot = await resolve(recipe);
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['joss', 'ink', 'skin']);
    expect([snapshot.extra_positive, snapshot.extra_negative]).toEqual(['tea cup, rain', 'coffee, sun']);
    expect([snapshot.width, snapshot.height, snapshot.checkpoint.name]).toEqual([1024, 1024, 'Meridian XL']);
    const prompts = buildPrompts(snapshot, defaultTemplate);
    expect(prompts.main).toMatch(/tea cup, rain$/);
    expect(prompts.negative).toMatch(/coffee, sun$/);
  });
  test(
    verifies('studio.preset-weights', 'PRESET-7 weights of LoRAs and the stacking of them are kept'),
    async () => {
      const heavy = entity('presets', {
        preset_id: 'heavy',
        character: { character_id: 'mira_voss', weight: 0.55 },
        outfit: [{ outfit_id: 'maid_01', weight: '0.4' }, { outfit_id: 'armor' }],
        stack_loras: true,
      });
      const snapshot = await snapshotOf([...library, heavy], { preset: 'heavy' });
      expect(snapshot.parts.map((part) => part.lora?.weight)).toEqual([0.55, 0.4, 0.7]);
      expect(snapshot.stack_loras).toBe(true);
      const asked = { outfits: [{ slug: 'maid_01', weight: 1 }] };
      const other = await snapshotOf([...library, heavy], { preset: 'heavy', parts: asked });
      expect(other.parts.map((part) => part.lora?.weight)).toEqual([0.55, 1]);
    },
  );
  test('PRESET-4 a page of a preset needs no other word', async () => {
    const snapshot = await resolve({ owner: { category: 'presets', slug: 'tea_time' } }, 0, 0.9, 0.9);
    expect(snapshot.parts.map((part) => part.slug)).toEqual(['mira_voss', 'sitting', 'ink', 'skin']);
    expect(snapshot.background).toBe(false);
  });
  test('PRESET-5 a switch of false leaves nothing on that was not asked for: no defaults step in', async () => {
    const none = entity('presets', {
      preset_id: 'none',
      action: { action_id: 'sitting', fields: { action: false, lora: { lora_triggers: false } } },
    });
    const snapshot = await snapshotOf([...library, none], { preset: 'none' });
    expect(snapshot.parts[0]?.fields).toEqual([]);
  });
  test.each([
    ['a bare id', { action: 'sitting' }],
    ['an id at the top', { action_id: 'sitting' }],
    ['id for action_id', { action: { id: 'sitting' } }],
    ['a plural list', { actions: ['sitting'] }],
    ['a list of objects', { action: [{ action_id: 'sitting' }] }],
    ['"true" for true', { action: { action_id: 'sitting', use_lora: 'true' } }],
  ])('PRESET-6 older shape: %s', (_name, data) => {
    expect(parts(data as EntityData).actions).toMatchObject([
      { ref: { by: 'id', id: 'sitting' }, useLora: true },
    ]);
    expect(categories.presets.schema.safeParse({ preset_id: 'p', ...data }).success).toBe(true);
  });
  test.each([
    ['flat switches', { head: false, eyes: 'false' }],
    ['addresses as keys', { 'action::head': false, 'action::eyes': false }],
    ['a list of what is on', ['full_body', 'action::additional', 'arms', 'hands', 'lora_triggers']],
  ])('PRESET-7 older fields: %s', async (_name, fields) => {
    const old = entity('presets', { preset_id: 'old', action: { action_id: 'sitting', fields } });
    const snapshot = await snapshotOf([...library, old], { preset: 'old' });
    expect(snapshot.parts[0]?.fields).toEqual([
      'action::full_body',
      'action::additional',
      'action::arms',
      'action::hands',
      'lora::lora_triggers',
    ]);
  });
  test('PRESET-8 an older wardrobe holds the outfit’s name and its switches', async () => {
    const old = entity('presets', {
      preset_id: 'old',
      character: {
        character_id: 'mira_voss',
        fields: { identity: { hands: false }, wardrobe: { outfit: 'beach', fields: { hands: false } } },
      },
    });
    const snapshot = await snapshotOf([...library, old], { preset: 'old' });
    expect(snapshot.active_outfit).toBe('beach');
    expect(snapshot.parts[0]?.fields.filter((address) => address.includes('hands'))).toEqual([]);
    expect(snapshot.parts[0]?.fields).toContain('wardrobe::headwear');
  });
  test('PRESET-9 an id that leads nowhere is named with its place in the preset', async () => {
    const lost = entity('presets', { preset_id: 'lost', style: { style_id: 'gone' } });
    await expect(snapshotOf([lost], { preset: 'lost' })).rejects.toThrow(
      expect.objectContaining({ code: 'not_found', field: 'style' }),
    );
  });
});
