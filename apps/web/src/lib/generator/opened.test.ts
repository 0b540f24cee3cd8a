import type { CategoryName, EntityDetail, GenerationRecord, PictureMetadata } from '@gaze/contracts';
import { RANDOM, Recipe } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { nothing } from '#lib/detail/fields.ts';
import { chosenPart, plainChoice } from './choice.ts';
import { choiceOfMetadata } from './from-metadata.ts';
import { choiceOfPreset, choiceOfRecord } from './from-record.ts';
import type { Library } from './opened.ts';
import { presetData } from './preset-data.ts';

function entry(category: CategoryName, slug: string, data: EntityDetail['data'] = {}): EntityDetail {
  return {
    ...{
      category,
      slug,
      id: slug,
      name: slug.toUpperCase(),
      subtitle: '',
      is_favourite: false,
      is_nsfw: false,
    },
    ...{ cover: null, lora: null, problem: null, revision: 'r', filename: `${slug}.json`, data },
    ...{ default_fields: [], active_outfit: null, state: {}, images: [], image_count: 0, looks: [] },
  };
}

const elke = entry('characters', 'elke', {
  identity: { hair: 'red hair', eyes: 'green eyes' },
  defaults: { pose: 'standing' },
  wardrobe: { 'At home': { top: 'shirt' }, Festival: { top: 'yukata' } },
});
const night = entry('presets', 'night', {
  character: { character_id: 'elke', outfit: 'Festival', weight: 0.5, fields: { identity: { eyes: false } } },
  action: { action_id: RANDOM },
  style: { style_id: 'gone' },
  width: 1024,
  height: 768,
  extra_positive: 'stars',
  stack_loras: true,
});
const entries = [elke, night, entry('outfits', 'coat'), entry('actions', 'tea'), entry('styles', 'ink')];
const library: Library = {
  entity: (category, slug) =>
    Promise.resolve(entries.find((one) => one.category === category && one.slug === slug) ?? null),
  checkpoint: (name) => Promise.resolve(name === 'ink.safetensors' ? 'Illustrious/ink.safetensors' : null),
  loraUser: (name) =>
    Promise.resolve(name === 'elke_v2' ? { category: 'characters', slug: 'elke', name: 'ELKE' } : null),
};

function record(recipe: object, made: Partial<Record<CategoryName, string[]>>): GenerationRecord {
  return {
    ...{ version: 1, job_id: 'j', attempt: 1, created_at: '2026-11-25T10:00:00Z', owner: null },
    recipe: Recipe.parse(recipe),
    prompts: { main: '', face: '', hand: '', negative: '' },
    ...{ seed: 77, width: 832, height: 1216, checkpoint: 'ink.safetensors', loras: [] },
    entities: Object.entries(made).flatMap(([category, slugs]) =>
      slugs.map((slug) => ({ category: category as CategoryName, slug, name: slug, revision: 'r' })),
    ),
    ...{ template: { name: 'default', hash: 'h' }, host: { id: 'h', name: 'Atelier' } },
    ...{ seconds: { queued: 0, rendering: 1 }, notes: [] },
  };
}

describe('the recipe of a picture of GAZE', () => {
  it('has its parts with fields and weights, its seed locked, size, outfit and checkpoint', async () => {
    const { choice, notes } = await choiceOfRecord(
      record(
        {
          parts: {
            characters: [{ slug: 'elke', fields: ['identity::hair'], weight: 0.7 }],
            outfits: [{ slug: 'coat', use_lora: false }],
          },
          outfit_name: 'Festival',
          stackLoras: true,
          extra_positive: 'rain',
        },
        { characters: ['elke'], outfits: ['coat'] },
      ),
      library,
    );
    expect(notes).toEqual([]);
    expect(choice.parts).toEqual({
      characters: [chosenPart('elke', { fields: ['identity::hair'], weight: 0.7 })],
      outfits: [chosenPart('coat', { useLora: false })],
    });
    expect(choice).toMatchObject({
      ...{ seed: 77, seedLocked: true, width: 832, height: 1216, outfit: 'Festival', stackLoras: true },
      ...{ checkpoint: 'Illustrious/ink.safetensors', extraPositive: 'rain', background: null },
    });
  });

  it('has what was drawn in the place of the draws', async () => {
    const { choice } = await choiceOfRecord(
      record({ parts: { actions: [{ slug: RANDOM }], outfits: [] } }, { actions: ['tea'] }),
      library,
    );
    expect(choice.parts).toEqual({ actions: [chosenPart('tea')] });
  });

  it('takes the owner of a page for its part, a companion with the fields of one, and the background of the page', async () => {
    const { choice } = await choiceOfRecord(
      record(
        { owner: { category: 'outfits', slug: 'coat' }, parts: { characters: [{ slug: 'elke' }] } },
        { characters: ['elke'], outfits: ['coat'] },
      ),
      library,
    );
    expect(choice.parts.characters?.[0]?.fields).toEqual([
      'identity::hair',
      'identity::eyes',
      'wardrobe::top',
    ]);
    expect(choice.parts.outfits).toEqual([chosenPart('coat')]);
    expect(choice.background).toBe(true);
  });

  it('of a preset has the preset’s fields, weights and extra prompts', async () => {
    const { choice } = await choiceOfRecord(
      record({ preset: 'night', extra_positive: 'rain' }, { characters: ['elke'], actions: ['tea'] }),
      library,
    );
    expect(choice.parts.characters?.[0]).toMatchObject({ weight: 0.5 });
    expect(choice.parts.characters?.[0]?.fields).not.toContain('identity::eyes');
    expect(choice.parts.actions).toEqual([chosenPart('tea')]);
    expect([choice.extraPositive, choice.stackLoras]).toEqual(['stars, rain', true]);
  });

  it('says what the library does not have any more', async () => {
    const { choice, notes } = await choiceOfRecord(
      {
        ...record({ parts: { styles: [{ slug: 'gouache' }] } }, { styles: ['gouache'] }),
        checkpoint: 'other.ckpt',
      },
      library,
    );
    expect(choice.parts).toEqual({});
    expect(choice.checkpoint).toBeNull();
    expect(notes).toEqual([
      'The style gouache is not in the library any more and is left out.',
      'The checkpoint other.ckpt is not in the library; the usual one is taken.',
    ]);
  });
});

describe('the recipe of another program’s picture', () => {
  const metadata: PictureMetadata = {
    ...{ source: 'a1111', positive: '1girl, <lora:elke_v2:0.7>, rain', negative: 'blurry', seed: 9 },
    ...{
      checkpoint: 'ink.safetensors',
      model_hash: null,
      steps: 28,
      cfg: 5,
      sampler: 'Euler a',
      scheduler: null,
    },
    loras: [
      { name: 'elke_v2', weight: 0.7 },
      { name: 'unknown', weight: 1 },
    ],
    ...{ width: 832, height: 1216 },
  };

  it('has its prompts, and of entries found by their LoRA only the LoRA', async () => {
    const { choice, notes } = await choiceOfMetadata(metadata, library);
    expect(choice).toMatchObject({
      ...{ extraPositive: '1girl, rain', extraNegative: 'blurry', seed: 9, seedLocked: true, width: 832 },
      ...{ checkpoint: 'Illustrious/ink.safetensors', stackLoras: false },
    });
    expect(choice.parts).toEqual({ characters: [chosenPart('elke', { weight: 0.7, fields: [nothing] })] });
    expect(notes).toEqual([
      'No entry of the library uses the LoRA unknown; it is left out.',
      'It was made with Euler a, 28 steps, CFG 5; here the settings of the checkpoint count.',
    ]);
  });

  it('says what cannot be asked for', async () => {
    const { choice, notes } = await choiceOfMetadata(
      {
        ...metadata,
        ...{ seed: null, width: 833, loras: [], checkpoint: 'x', steps: null, cfg: null, sampler: null },
      },
      library,
    );
    expect([choice.seed, choice.width, choice.checkpoint]).toEqual([null, null, null]);
    expect(notes).toHaveLength(3);
    expect(notes.join(' ')).toMatch(/checkpoint x .* no seed .* 833 × 1216/);
  });
});

describe('a preset', () => {
  it('to start from is a choice with its draws, and says what is gone', async () => {
    const { choice, notes } = await choiceOfPreset(night, library);
    expect(Object.keys(choice.parts)).toEqual(['characters', 'actions']);
    expect(choice.parts.actions).toEqual([chosenPart(RANDOM)]);
    expect(choice).toMatchObject({
      outfit: 'Festival',
      width: 1024,
      extraPositive: 'stars',
      stackLoras: true,
    });
    expect(notes).toEqual(['The style gone is not in the library and is left out.']);
  });

  it('that was saved comes back as the same choice', async () => {
    const choice = {
      ...plainChoice,
      parts: {
        characters: [chosenPart('elke', { weight: 0.4, fields: ['identity::hair', 'wardrobe::top'] })],
        outfits: [chosenPart('coat', { useLora: false })],
        actions: [chosenPart('tea'), chosenPart(RANDOM)],
      },
      ...{ outfit: 'Festival', checkpoint: null, width: 1024, height: 1024, stackLoras: true },
      extraNegative: 'hat',
    };
    const data = presetData(choice, (name, slug) =>
      entries.find((one) => one.category === name && one.slug === slug),
    );
    const again = await choiceOfPreset(entry('presets', 'saved', data), library);
    expect(again).toEqual({ choice: { ...choice, extraPositive: '' }, notes: [] });
  });
});
