import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Recipe } from '@gaze/contracts';
import type { GenerationRecord } from '@gaze/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOrigin, recipeOf } from '../src/index.ts';

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;
const template = path.resolve(import.meta.dirname, '../../../data/workflows/default.json');
const comfy = (graph: unknown) => readOrigin({ prompt: JSON.stringify(graph) }).metadata;

const record: GenerationRecord = {
  version: 1,
  ...{ job_id: 'j1', attempt: 1, created_at: '2026-11-24T10:00:00.000Z', owner: null },
  recipe: Recipe.parse({ extra_positive: 'rim light', cover: 'replace' }),
  prompts: { main: 'a lantern', face: '', hand: '', negative: 'blurry' },
  ...{ seed: 7, width: 64, height: 96, checkpoint: 'paper.safetensors' },
  ...{ loras: [{ name: 'a.safetensors', weight: 0.5 }], entities: [], notes: [] },
  template: { name: 'default', hash: 'h' },
  host: { id: 'abc', name: 'studio' },
  seconds: { queued: 1, rendering: 2 },
};

describe('our own chunk', () => {
  test('gives the whole record, and wins over what ComfyUI wrote beside it', () => {
    const origin = readOrigin({ gaze: JSON.stringify(record), prompt: '{}', parameters: 'Steps: 1' });
    expect(origin.generation).toEqual(record);
    expect(origin.metadata).toMatchObject({
      source: 'gaze',
      positive: 'a lantern',
      seed: 7,
      loras: record.loras,
    });
  });

  test('its recipe asks for the seed that was drawn and sets no cover', () => {
    const { recipe, notes } = recipeOf(readOrigin({ gaze: JSON.stringify(record) }));
    expect(recipe).toEqual({ ...record.recipe, seed: 7, cover: 'keep' });
    expect(notes).toEqual([]);
  });

  test('one that does not fit says nothing', () => {
    for (const gaze of ['', 'null', '{', '[]', JSON.stringify({ ...record, version: 9 })])
      expect(readOrigin({ gaze })).toEqual({ generation: null, metadata: null });
  });
});

describe('ComfyUI', () => {
  test('the graph of the original: prompts, seed, checkpoint and LoRAs in their chain', async () => {
    const graph = JSON.parse(await readFile(template, 'utf8')) as Graph;
    graph['6'] = { class_type: 'CLIPTextEncode', inputs: { ...graph['6']?.inputs, text: '1girl, red hair' } };
    graph['7'] = { class_type: 'CLIPTextEncode', inputs: { ...graph['7']?.inputs, text: 'lowres' } };
    Object.assign(graph['3']?.inputs ?? {}, { seed: 421337, steps: 25, cfg: 5 });
    Object.assign(graph['4']?.inputs ?? {}, { ckpt_name: 'Illustrious/model.safetensors' });
    Object.assign(graph['16']?.inputs ?? {}, { lora_name: 'Looks/elke.safetensors', strength_model: 0.8 });
    Object.assign(graph['17']?.inputs ?? {}, { lora_name: 'Clothing/coat.safetensors', strength_model: 1 });
    const found = comfy(graph);
    expect(found).toMatchObject({
      source: 'comfyui',
      positive: '1girl, red hair',
      negative: 'lowres',
      seed: 421337,
      steps: 25,
      cfg: 5,
      checkpoint: 'Illustrious/model.safetensors',
    });
    expect(found?.loras.slice(0, 2)).toEqual([
      { name: 'Looks/elke.safetensors', weight: 0.8 },
      { name: 'Clothing/coat.safetensors', weight: 1 },
    ]);
    expect([found?.width, found?.height]).toEqual([graph['5']?.inputs.width, graph['5']?.inputs.height]);
  });

  const base: Graph = {
    a: { class_type: 'UNETLoader', inputs: { unet_name: 'flux.safetensors' } },
    t: { class_type: 'PrimitiveString', inputs: { value: 'from a node' } },
    p: { class_type: 'CLIPTextEncode', inputs: { text: ['t', 0], clip: ['c', 0] } },
    p2: { class_type: 'CLIPTextEncode', inputs: { text: 'second half', clip: ['c', 0] } },
    both: {
      class_type: 'ConditioningCombine',
      inputs: { conditioning_1: ['p', 0], conditioning_2: ['p2', 0] },
    },
    n: { class_type: 'CLIPTextEncode', inputs: { text: 'bad hands', clip: ['c', 0] } },
    net: {
      class_type: 'ControlNetApplyAdvanced',
      inputs: { positive: ['both', 0], negative: ['n', 0], image: ['x', 0] },
    },
    seed: { class_type: 'Seed (rgthree)', inputs: { seed: 99 } },
    power: {
      class_type: 'Power Lora Loader (rgthree)',
      inputs: {
        lora_1: { on: true, lora: 'one.safetensors', strength: 0.4 },
        lora_2: { on: false, lora: 'off.safetensors', strength: 1 },
        model: ['a', 0],
      },
    },
    e: { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 768 } },
    k: {
      class_type: 'KSamplerAdvanced',
      inputs: {
        model: ['power', 0],
        positive: ['net', 0],
        negative: ['net', 1],
        latent_image: ['e', 0],
        noise_seed: ['seed', 0],
        sampler_name: 'euler',
      },
    },
    up: { class_type: 'LatentUpscale', inputs: { samples: ['k', 0], width: 2048, height: 1536 } },
    fix: {
      class_type: 'KSampler',
      inputs: { model: ['a', 0], positive: ['n', 0], negative: ['p', 0], latent_image: ['up', 0], seed: 1 },
    },
  };

  test('custom nodes are followed by the usual names; the first sampler counts, not a later repair', () => {
    const reversed = Object.fromEntries(Object.entries(base).reverse());
    for (const graph of [base, reversed]) {
      expect(comfy(graph)).toMatchObject({
        positive: 'from a node, second half',
        negative: 'bad hands',
        seed: 99,
        checkpoint: 'flux.safetensors',
        loras: [{ name: 'one.safetensors', weight: 0.4 }],
        sampler: 'euler',
        width: 1024,
        height: 768,
      });
    }
  });

  test('loops, missing nodes, strange keys and NaN end in an answer', () => {
    const loop: Graph = {
      k: {
        class_type: 'KSampler',
        inputs: { model: ['m', 0], positive: ['c', 0], negative: ['c', 0], seed: 1e30 },
      },
      m: { class_type: 'LoraLoader', inputs: { model: ['m2', 0], lora_name: '__proto__' } },
      m2: { class_type: 'LoraLoader', inputs: { model: ['m', 0], lora_name: 'b' } },
      c: { class_type: 'ConditioningAverage', inputs: { a: ['d', 0], b: ['gone', 0] } },
      d: { class_type: 'ConditioningAverage', inputs: { a: ['c', 0] } },
    };
    expect(comfy(loop)).toMatchObject({
      positive: '',
      seed: null,
      loras: [{ name: 'b' }, { name: '__proto__' }],
    });
    expect(
      readOrigin({
        prompt: '{"k":{"class_type":"KSampler","inputs":{"model":1,"positive":1,"negative":1,"cfg":NaN}}}',
      }).metadata,
    ).toMatchObject({ cfg: null });
    for (const graph of [
      [],
      {},
      null,
      'x',
      { a: null },
      { a: { class_type: 3, inputs: {} } },
      { a: { class_type: 'SaveImage', inputs: {} } },
    ])
      expect(comfy(graph)).toBeNull();
  });

  test('any graph at all gives an answer in time', () => {
    const link = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(2));
    const inputs = fc.dictionary(
      fc.constantFrom(
        'model',
        'positive',
        'negative',
        'latent_image',
        'seed',
        'text',
        'lora_name',
        'ckpt_name',
        'width',
        '__proto__',
      ),
      fc.oneof(link, fc.jsonValue()),
    );
    const node = fc.record({ class_type: fc.constantFrom('KSampler', 'CLIPTextEncode', 'X'), inputs });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), node), (graph) => {
        comfy(graph);
      }),
      { numRuns: 500 },
    );
  });
});

describe('A1111 and its kin', () => {
  const text = [
    'masterpiece, (red hair:1.2), <lora:elke:0.8>, <lora:coat:0.5:0.3>',
    'second line',
    'Negative prompt: lowres,',
    'bad hands',
    'Steps: 28, Sampler: Euler a, Schedule type: Karras, CFG scale: 6.5, Seed: 1234567890, Size: 832x1216, Model hash: 0a1b2c3d4e, Model: meridian_xl, Lora hashes: "elke: 1, coat: 2", Version: v1.10.1',
  ].join('\n');

  test('prompt, negative prompt and the line of settings', () => {
    expect(readOrigin({ parameters: text })).toEqual({
      generation: null,
      metadata: {
        source: 'a1111',
        positive: 'masterpiece, (red hair:1.2), <lora:elke:0.8>, <lora:coat:0.5:0.3>\nsecond line',
        negative: 'lowres,\nbad hands',
        seed: 1234567890,
        checkpoint: 'meridian_xl',
        model_hash: '0a1b2c3d4e',
        loras: [
          { name: 'elke', weight: 0.8 },
          { name: 'coat', weight: 0.5 },
        ],
        ...{ steps: 28, cfg: 6.5, sampler: 'Euler a', scheduler: 'Karras', width: 832, height: 1216 },
      },
    });
  });

  test('without a negative prompt, and with a prompt that looks like one', () => {
    expect(readOrigin({ parameters: 'a cat\nSteps: 20, Seed: 5' }).metadata).toMatchObject({
      positive: 'a cat',
      negative: '',
      seed: 5,
    });
    expect(readOrigin({ parameters: 'Steps: 3 of a stair\nSteps: 20, Seed: 5' }).metadata).toMatchObject({
      positive: 'Steps: 3 of a stair',
      steps: 20,
    });
    expect(readOrigin({ parameters: 'just a note' }).metadata).toBeNull();
  });

  test('hostile texts take linear time', () => {
    for (const bad of [
      'Steps: 1, ' + 'a: "\\'.repeat(40_000),
      'Steps: 1,' + ' x'.repeat(90_000),
      '<lora:'.repeat(30_000) + '\nSteps: 1',
    ]) {
      const began = performance.now();
      readOrigin({ parameters: bad });
      expect(performance.now() - began).toBeLessThan(1000);
    }
  });

  test('its recipe carries prompts, seed and size, and says what it leaves to the person', () => {
    const { recipe, notes } = recipeOf(readOrigin({ parameters: text }));
    expect(recipe).toMatchObject({ seed: 1234567890, width: 832, height: 1216, checkpoint: 'meridian_xl' });
    expect(recipe?.extra_negative).toBe('lowres,\nbad hands');
    expect(recipe?.extra_positive).toBe('masterpiece, (red hair:1.2), \nsecond line');
    expect(notes.join(' ')).toContain('«elke»');
    const odd = recipeOf(readOrigin({ parameters: 'x\nSteps: 1, Size: 833x1217' }));
    expect(odd.recipe).not.toHaveProperty('width');
    expect(odd.notes.join(' ')).toMatch(/833×1217.*seed/);
    expect(recipeOf(readOrigin({}))).toMatchObject({ recipe: null });
  });
});
