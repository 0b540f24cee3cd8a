import { readFileSync } from 'node:fs';
import type { Workflow } from '@gaze/contracts';
import { Workflow as WorkflowSchema } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildPrompts, templateDefaults, wireWorkflow } from '../../src/index.ts';
import { rolesOf } from '../../src/workflow/roles.ts';
import { defaultTemplate, entity, hostFor, snapshotOf, surroundingsOf } from '../support/build.ts';
import { comfyFaults } from '../support/comfy-rules.ts';

const plain: Workflow = WorkflowSchema.parse(
  JSON.parse(readFileSync(new URL('../../../../data/workflows/plain.json', import.meta.url), 'utf8')),
);

/** As models of the Flux kind come out of ComfyUI: loaders, noise, guidance and schedule are nodes of their own. */
const split: Workflow = {
  unet: {
    class_type: 'UNETLoader',
    inputs: { unet_name: 'x.safetensors', weight_dtype: 'default' },
    _meta: { title: 'Model gaze:checkpoint' },
  },
  text: {
    class_type: 'DualCLIPLoader',
    inputs: { clip_name1: 'a.safetensors', clip_name2: 'b.safetensors', type: 'flux' },
    _meta: { title: 'gaze:clip' },
  },
  vae: { class_type: 'VAELoader', inputs: { vae_name: 'ae.safetensors' } },
  size: {
    class_type: 'BlankCanvas',
    inputs: { width: 512, height: 512, batch_size: 1 },
    _meta: { title: 'gaze:latent' },
  },
  prompt: { class_type: 'CLIPTextEncode', inputs: { text: '{{POSITIVE_PROMPT}}', clip: ['text', 0] } },
  noise: { class_type: 'RandomNoise', inputs: { noise_seed: 0 }, _meta: { title: 'Noise (gaze:sampler)' } },
  choice: {
    class_type: 'KSamplerSelect',
    inputs: { sampler_name: 'euler' },
    _meta: { title: 'gaze:sampler' },
  },
  plan: {
    class_type: 'BasicScheduler',
    inputs: { model: ['unet', 0], steps: 20, scheduler: 'normal', denoise: 1 },
    _meta: { title: 'gaze:sampler' },
  },
  guide: { class_type: 'BasicGuider', inputs: { model: ['unet', 0], conditioning: ['prompt', 0] } },
  sample: {
    class_type: 'SamplerCustomAdvanced',
    inputs: {
      noise: ['noise', 0],
      guider: ['guide', 0],
      sampler: ['choice', 0],
      sigmas: ['plan', 0],
      latent_image: ['size', 0],
    },
  },
  decode: { class_type: 'VAEDecode', inputs: { samples: ['sample', 0], vae: ['vae', 0] } },
  save: { class_type: 'SaveImage', inputs: { images: ['decode', 0], filename_prefix: 'gaze' } },
};

const artist = entity('characters', {
  character_id: 'artist',
  character_name: 'Artist',
  identity: { hair: 'short hair' },
  lora: { lora_name: 'look.safetensors', lora_weight: 0.5 },
});

async function wired(template: Workflow, name: string, checkpoint: object = {}) {
  const model = entity('checkpoints', {
    checkpoint_path: 'flux.safetensors',
    checkpoint_name: 'Flux',
    steps: 7,
    cfg: 3,
    sampler_name: 'euler',
    scheduler: 'simple',
    ...checkpoint,
  });
  const surroundings = surroundingsOf(template, {
    templateFor: () => Promise.resolve({ name, hash: 'h', workflow: template }),
  });
  const recipe = {
    checkpoint: 'flux.safetensors',
    parts: { characters: [{ slug: 'artist' }] },
    width: 640,
    height: 768,
  };
  const snapshot = await snapshotOf([model, artist], recipe, { surroundings });
  const classes = [...new Set(Object.values(template).map((node) => node.class_type)), 'LoraLoader'];
  const host = hostFor(snapshot, { classes, samplers: ['euler'], schedulers: ['simple', 'normal'] });
  const made = wireWorkflow(template, snapshot, buildPrompts(snapshot, template), host);
  return { ...made, host };
}

describe('data/workflows/plain.json', () => {
  test('TPL-6 has its roles under ids of its own', () => {
    expect(rolesOf(plain)).toMatchObject({
      sampler: 'sample',
      checkpoint: 'load',
      latent: 'canvas',
      positive: 'wanted',
      negative: 'unwanted',
      face: null,
      hand: null,
    });
    expect(templateDefaults(plain)).toMatchObject({ width: 1024, height: 1024 });
  });

  test('TPL-7 renders: prompts, size, seed and sampling arrive, and a LoRA gets a loader of its own', async () => {
    const { graph, host } = await wired(plain, 'plain');
    expect(comfyFaults(graph, host)).toEqual([]);
    expect(graph.sample?.inputs).toMatchObject({ seed: 42, steps: 7, cfg: 3, scheduler: 'simple' });
    expect(graph.canvas?.inputs).toMatchObject({ width: 640, height: 768 });
    expect(graph.wanted?.inputs.text).toContain('short hair');
    const [id] = Object.entries(graph).find(([, node]) => node.class_type === 'LoraLoader') ?? [];
    expect(graph.sample?.inputs.model).toEqual([id, 0]);
    expect(graph.wanted?.inputs.clip).toEqual([id, 1]);
  });
});

describe('markers in titles', () => {
  test('TPL-8 name the nodes of a template that no class gives away', () => {
    expect(rolesOf(split)).toMatchObject({
      sampling: ['noise', 'choice', 'plan'],
      checkpoint: 'unet',
      clip: 'text',
      latent: 'size',
    });
  });

  test('TPL-9 a sampler of several nodes shares its settings, each taking what it has', async () => {
    const { graph } = await wired(split, 'split');
    expect(graph.noise?.inputs).toEqual({ noise_seed: 42 });
    expect(graph.choice?.inputs).toEqual({ sampler_name: 'euler' });
    expect(graph.plan?.inputs).toMatchObject({ steps: 7, scheduler: 'simple' });
    expect(graph.plan?.inputs).not.toHaveProperty('cfg');
    expect(graph.size?.inputs).toMatchObject({ width: 640, height: 768 });
    expect(graph.unet?.inputs).toMatchObject({ unet_name: 'flux.safetensors' });
    expect(graph.unet?.inputs).not.toHaveProperty('ckpt_name');
  });

  test('TPL-10 a LoRA goes between the separate loaders and whoever uses them', async () => {
    const { graph } = await wired(split, 'split');
    const [id, loader] = Object.entries(graph).find(([, node]) => node.class_type === 'LoraLoader') ?? [];
    expect(loader?.inputs).toMatchObject({ model: ['unet', 0], clip: ['text', 0] });
    expect(graph.prompt?.inputs.clip).toEqual([id, 1]);
    expect(graph.plan?.inputs.model).toEqual([id, 0]);
    expect(graph.guide?.inputs.model).toEqual([id, 0]);
  });

  test('TPL-11 win over ids and classes', () => {
    const template = structuredClone(defaultTemplate);
    template['77'] = { class_type: 'KSampler', inputs: {}, _meta: { title: 'second pass, GAZE:SAMPLER' } };
    expect(rolesOf(template).sampler).toBe('77');
    expect(rolesOf(defaultTemplate)).toMatchObject({ sampler: '3', marked: false, sampling: ['3'] });
    template['78'] = { class_type: 'Note', inputs: {}, _meta: { title: 'blogaze:sampler gaze:samplers' } };
    expect(rolesOf(template).sampling).toEqual(['77']);
  });

  test('TPL-12 a template that lacks a role says which, and how to name it', async () => {
    const without = Object.fromEntries(Object.entries(split).filter(([id]) => id !== 'size'));
    await expect(wired(without, 'mine')).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(/workflows\/mine\.json .*EmptyLatentImage.*gaze:latent/) as unknown,
    });
  });
});
