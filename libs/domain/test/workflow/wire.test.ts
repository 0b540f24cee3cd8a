import type { HostCapabilities, Prompts, RecipeInput, Snapshot, Workflow } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { buildPrompts, seedPlus, setFilenamePrefix, wireWorkflow } from '../../src/index.ts';
import type { WiredWorkflow } from '../../src/index.ts';
import {
  checkpointPath,
  defaultTemplate,
  entity,
  hostFor,
  hostWith,
  inputOf,
  snapshotOf,
} from '../support/build.ts';
import { comfyFaults } from '../support/comfy-rules.ts';
import { library, styles } from '../support/library.ts';

const noirPath = 'Noob/noir.safetensors';
const parts = (of: Record<string, string[]>): RecipeInput['parts'] =>
  Object.fromEntries(
    Object.entries(of).map(([category, slugs]) => [category, slugs.map((slug) => ({ slug }))]),
  );
const snap = (recipe: RecipeInput, entities = library): Promise<Snapshot> =>
  snapshotOf(entities, recipe, { random: () => 0.5 });

interface Options {
  template?: Workflow;
  host?: Partial<HostCapabilities>;
  prompts?: Partial<Prompts>;
  entities?: typeof library;
}

async function wire(
  recipe: RecipeInput,
  { template = defaultTemplate, host = {}, prompts = {}, entities = library }: Options = {},
): Promise<WiredWorkflow> {
  const snapshot = await snap(recipe, entities);
  const built = { ...buildPrompts(snapshot, template), ...prompts };
  const capabilities = hostFor(snapshot, host);
  const wired = wireWorkflow(template, snapshot, built, capabilities);
  if (template === defaultTemplate) expect(comfyFaults(wired.graph, capabilities)).toEqual([]);
  return wired;
}

/** The loaders from the checkpoint to the sampler, by walking back from the sampler. */
function chainOf(graph: Workflow): string[] {
  const chain: string[] = [];
  for (
    let id = (inputOf(graph, '3', 'model') as [string, number])[0];
    id !== '4';
    id = (inputOf(graph, id, 'model') as [string, number])[0]
  )
    chain.unshift(id);
  return chain;
}

const text = (graph: Workflow, id: string): unknown => inputOf(graph, id, 'text');

describe('WIRE-1 placeholders', () => {
  test('base_positive stands in front of main, face and hand; the negative is the whole text of node 7', async () => {
    const { graph } = await wire(
      { parts: parts({ characters: ['mira_voss'] }) },
      { prompts: { main: 'm', face: 'f', hand: 'h', negative: 'n' } },
    );
    expect(['6', '14', '15', '7'].map((id) => text(graph, id))).toEqual([
      'masterpiece, anime, m',
      'masterpiece, anime, f',
      'masterpiece, anime, h',
      'n',
    ]);
  });
  test('an empty face or hand prompt falls back to main', async () => {
    const { graph } = await wire({}, { prompts: { main: 'm', face: '', hand: '' } });
    expect(['14', '15'].map((id) => text(graph, id))).toEqual([
      'masterpiece, anime, m',
      'masterpiece, anime, m',
    ]);
  });
  test('a template with the negative placeholder: look, base and extra in its place', async () => {
    const template = {
      ...defaultTemplate,
      7: { class_type: 'CLIPTextEncode', inputs: { text: 'own, {{NEGATIVE_PROMPT}}, end', clip: ['19', 1] } },
    };
    const { graph } = await wire(
      { parts: parts({ looks: ['mira_casual'] }), extra_negative: 'rain' },
      { template },
    );
    expect(text(graph, '7')).toBe('own, armor, beret, text, logo, rain, end');
  });
  test('inside of string inputs of any node, several times, and nowhere else', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      9: {
        class_type: 'SaveImage',
        inputs: { images: ['13', 0], filename_prefix: '{{HAND_PROMPT}}-{{HAND_PROMPT}}' },
        _meta: { title: '{{FACE_PROMPT}}' },
      },
    };
    const { graph } = await wire(
      { checkpoint: 'x/y.safetensors' },
      { template, prompts: { main: 'm', hand: 'h', face: 'f' } },
    );
    expect(inputOf(graph, '9', 'filename_prefix')).toBe('h-h');
    expect(graph['9']?._meta?.title).toBe('{{FACE_PROMPT}}');
  });
  test.each([
    '{{FACE_PROMPT}} {{POSITIVE_PROMPT}}',
    'a "quote"',
    'back\\slash \\(x\\)',
    'new\nline',
    '$& $1 $$ $`',
    ' trailing, ',
    '\ud800 \u202e',
  ])('a prompt holding %j arrives byte for byte', async (odd) => {
    const { graph } = await wire(
      { checkpoint: 'x/y.safetensors' },
      { prompts: { main: odd, face: odd, hand: odd, negative: 'n' } },
    );
    expect(['6', '14', '15'].map((id) => text(graph, id))).toEqual([odd, odd, odd]);
  });
  test('a template that has no place for the prompt is an error that says what to do', async () => {
    const template = {
      ...defaultTemplate,
      6: { class_type: 'CLIPTextEncode', inputs: { text: 'fixed', clip: ['19', 1] } },
    };
    await expect(wire({}, { template })).rejects.toThrow(
      expect.objectContaining({
        code: 'data_error',
        file: 'workflows/default.json',
        message: expect.stringContaining('{{POSITIVE_PROMPT}}') as string,
      }),
    );
  });
});

describe('WIRE-2 slots', () => {
  const loras = (graph: Workflow): Record<string, unknown> =>
    Object.fromEntries(chainOf(graph).map((id) => [id, inputOf(graph, id, 'lora_name')]));

  test('16 the look’s, else the character’s', async () => {
    expect(
      loras((await wire({ parts: parts({ characters: ['mira_voss'], looks: ['mira_casual'] }) })).graph),
    ).toEqual({ 16: 'Illustrious/Looks/mira_casual.safetensors' });
    expect(
      loras((await wire({ parts: parts({ characters: ['mira_voss'], looks: ['mira_plain'] }) })).graph),
    ).toEqual({ 16: 'Illustrious/Looks/mira.safetensors' });
    expect(loras((await wire({ parts: parts({ characters: ['mira_voss'] }) })).graph)).toEqual({
      16: 'Illustrious/Looks/mira.safetensors',
    });
  });
  test('17 the first outfit’s, 18 the first action’s', async () => {
    expect(
      loras(
        (await wire({ parts: parts({ outfits: ['armor', 'maid_01'], actions: ['running', 'sitting'] }) }))
          .graph,
      ),
    ).toEqual({
      17: 'Illustrious/Clothing/armor.safetensors',
      18: 'Illustrious/Poses/running.safetensors',
    });
    expect(loras((await wire({ parts: parts({ actions: ['empty', 'sitting'] }) })).graph)).toEqual({});
  });
  test('19 the first filled of style, detailer, scene', async () => {
    const slot = async (of: Record<string, string[]>) =>
      loras((await wire({ parts: parts(of) })).graph)['19'];
    expect(await slot({ scenes: ['beach'], detailers: ['skin'], styles: ['watercolor'] })).toContain(
      'watercolor',
    );
    expect(await slot({ scenes: ['beach'], detailers: ['skin'], styles: ['ink'] })).toContain('skin');
    expect(await slot({ scenes: ['beach'], detailers: ['hands'] })).toContain('beach');
  });
  test('use_lora: false: slot empty, no triggers', async () => {
    const recipe: RecipeInput = {
      parts: { characters: [{ slug: 'mira_voss' }], looks: [{ slug: 'mira_casual', use_lora: false }] },
    };
    const { graph } = await wire(recipe);
    expect(chainOf(graph)).toEqual([]);
    expect(text(graph, '6')).not.toMatch(/mirav|miracasual/);
    const style = await wire({
      parts: { styles: [{ slug: 'watercolor', use_lora: false }], scenes: [{ slug: 'beach' }] },
    });
    expect(loras(style.graph)).toEqual({ 19: 'Illustrious/Backgrounds/beach.safetensors' });
  });
  test('both strengths are the weight, unless the entity says otherwise; zero still fills the slot', async () => {
    const strengths = (graph: Workflow): unknown[] => [
      inputOf(graph, '19', 'strength_model'),
      inputOf(graph, '19', 'strength_clip'),
    ];
    expect(strengths((await wire({ parts: { styles: [{ slug: 'watercolor', weight: 0 }] } })).graph)).toEqual(
      [0, 0],
    );
    const odd = entity('styles', {
      style_id: 'odd',
      lora: { lora_name: 'o.safetensors', lora_weight: 0.9, strength_clip: 0.2 },
    });
    expect(strengths((await wire({ parts: parts({ styles: ['odd'] }) }, { entities: [odd] })).graph)).toEqual(
      [0.9, 0.2],
    );
  });
});

describe('WIRE-3 chain', () => {
  const many = parts({
    outfits: ['maid_01', 'armor'],
    actions: ['sitting', 'running'],
    styles: ['watercolor'],
    detailers: ['skin'],
    scenes: ['beach'],
    characters: ['mira_voss'],
  });

  test('in the order 16, 17, 18, 19; an unfilled slot is deleted', async () => {
    expect(
      chainOf((await wire({ parts: parts({ characters: ['mira_voss'], actions: ['sitting'] }) })).graph),
    ).toEqual(['16', '18']);
    const { graph } = await wire({});
    expect(Object.keys(graph).filter((id) => Number(id) >= 16)).toEqual([]);
    expect(inputOf(graph, '3', 'model')).toEqual(['4', 0]);
  });
  test('stackLoras: every further one follows from 100 on, outfit, action, style, detailer, scene', async () => {
    const { graph, notes, loras } = await wire({ parts: many, stackLoras: true });
    expect(chainOf(graph)).toEqual(['16', '17', '18', '19', '100', '101', '102', '103']);
    expect(['100', '101', '102', '103'].map((id) => inputOf(graph, id, 'lora_name'))).toEqual([
      'Illustrious/Clothing/armor.safetensors',
      'Illustrious/Poses/running.safetensors',
      'Illustrious/Detailers/skin.safetensors',
      'Illustrious/Backgrounds/beach.safetensors',
    ]);
    expect(notes).toEqual([]);
    expect(loras).toHaveLength(8);
    expect(loras[0]).toEqual({ name: 'Illustrious/Looks/mira.safetensors', weight: 0.8 });
  });
  test('without it, notes name what was left out', async () => {
    const { notes, graph } = await wire({ parts: many });
    expect(chainOf(graph)).toEqual(['16', '17', '18', '19']);
    expect(notes.map((note) => /^The LoRA of (\w+) /.exec(note)?.[1])).toEqual([
      'Armor',
      'Running',
      'Skin',
      'Beach',
    ]);
  });
  test('an id that the template took is counted past', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      100: { class_type: 'CLIPTextEncode', inputs: { text: 'mine', clip: ['4', 1] } },
    };
    const { graph } = await wire(
      { parts: parts({ outfits: ['armor', 'maid_01'] }), stackLoras: true },
      { template },
    );
    expect(chainOf(graph)).toEqual(['17', '101']);
    expect(text(graph, '100')).toBe('mine');
  });
});

test('WIRE-4 every consumer of model or clip is wired to the end of the chain, any other in the template too', async () => {
  const template: Workflow = {
    ...defaultTemplate,
    60: { class_type: 'CLIPTextEncode', inputs: { text: 'x', clip: ['4', 1] } },
    61: { class_type: 'ModelSamplingDiscrete', inputs: { model: ['17', 0], sampling: 'eps', zsnr: false } },
  };
  const { graph } = await wire(
    { parts: parts({ characters: ['mira_voss'], actions: ['sitting'] }) },
    { template, host: { classes: [...hostWith().classes, 'ModelSamplingDiscrete'] } },
  );
  for (const id of ['3', '11', '13', '61'])
    expect([id, inputOf(graph, id, 'model')]).toEqual([id, ['18', 0]]);
  for (const id of ['6', '7', '11', '13', '14', '15', '60'])
    expect([id, inputOf(graph, id, 'clip')]).toEqual([id, ['18', 1]]);
});

describe('WIRE-5 checkpoint', () => {
  const custom = (data: object) => entity('checkpoints', { checkpoint_path: 'c/c.safetensors', ...data });
  const wireWith = (data: object, host: Partial<HostCapabilities> = {}) =>
    wire(
      { checkpoint: 'c/c.safetensors', parts: parts({ styles: ['watercolor'] }) },
      { entities: [custom(data), ...Object.values(styles)], host },
    );

  test('4 gets the path, 3 and the detailers its settings', async () => {
    const { graph, checkpoint } = await wire({ checkpoint: noirPath });
    expect(inputOf(graph, '4', 'ckpt_name')).toBe(noirPath);
    expect(checkpoint).toBe(noirPath);
    for (const id of ['3', '11', '13'])
      expect(graph[id]?.inputs).toMatchObject({
        steps: 30,
        cfg: 4,
        sampler_name: 'euler_ancestral',
        scheduler: 'normal',
      });
    const meridian = await wire({});
    for (const id of ['3', '11', '13'])
      expect(meridian.graph[id]?.inputs).toMatchObject({
        steps: 28,
        cfg: 6.5,
        sampler_name: 'dpmpp_2m',
        scheduler: 'karras',
      });
  });
  test('what the checkpoint does not say stays as the template has it', async () => {
    const { graph } = await wireWith({ steps: null, cfg: '' });
    expect([inputOf(graph, '3', 'steps'), inputOf(graph, '11', 'steps')]).toEqual([25, 20]);
  });
  test('clip_skip: 2 adds node 22 between 4 and 16', async () => {
    const { graph } = await wireWith({ clip_skip: 2 });
    expect(graph['22']).toEqual({
      class_type: 'CLIPSetLastLayer',
      inputs: { stop_at_clip_layer: -2, clip: ['4', 1] },
      _meta: { title: 'Clip skip' },
    });
    expect([
      inputOf(graph, '19', 'model'),
      inputOf(graph, '19', 'clip'),
      inputOf(graph, '6', 'clip'),
    ]).toEqual([
      ['4', 0],
      ['22', 0],
      ['19', 1],
    ]);
    const bare = await wire({ checkpoint: noirPath });
    expect([inputOf(bare.graph, '6', 'clip'), inputOf(bare.graph, '3', 'model')]).toEqual([
      ['22', 0],
      ['4', 0],
    ]);
  });
  test.each([undefined, null, '', 0, 1, '1'])('clip_skip %j skips nothing', async (clip_skip) => {
    expect((await wireWith({ clip_skip })).graph['22']).toBeUndefined();
  });
  test.each(['-2', -2, '2'])('clip_skip %j is written the other way', async (clip_skip) => {
    expect(inputOf((await wireWith({ clip_skip })).graph, '22', 'stop_at_clip_layer')).toBe(-2);
  });
  test('a template’s own clip skip stays in front of the chain', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      22: { class_type: 'CLIPSetLastLayer', inputs: { clip: ['4', 1], stop_at_clip_layer: -3 } },
      16: { class_type: 'LoraLoader', inputs: { ...defaultTemplate['16']?.inputs, clip: ['22', 0] } },
    };
    const { graph } = await wire({ parts: parts({ styles: ['watercolor'] }) }, { template });
    expect([
      inputOf(graph, '22', 'stop_at_clip_layer'),
      inputOf(graph, '22', 'clip'),
      inputOf(graph, '19', 'clip'),
      inputOf(graph, '7', 'clip'),
    ]).toEqual([-3, ['4', 1], ['22', 0], ['19', 1]]);
  });
  test.each([undefined, null, '', ' ', 'integrated', 'Integrated', ' INTEGRATED '])(
    'vae %j is the checkpoint’s own',
    async (vae) => {
      const { graph } = await wireWith({ vae });
      expect(graph['21']).toBeUndefined();
      expect(['8', '11', '13'].map((id) => inputOf(graph, id, 'vae'))).toEqual([
        ['4', 2],
        ['4', 2],
        ['4', 2],
      ]);
    },
  );
  test('another vae adds node 21 and rewires every consumer', async () => {
    const { graph } = await wireWith({ vae: 'sdxl_vae.safetensors' });
    expect(graph['21']).toMatchObject({
      class_type: 'VAELoader',
      inputs: { vae_name: 'sdxl_vae.safetensors' },
    });
    expect(['8', '11', '13'].map((id) => inputOf(graph, id, 'vae'))).toEqual([
      ['21', 0],
      ['21', 0],
      ['21', 0],
    ]);
  });
  test('a sampler or scheduler that the host lacks is an error at node 3', async () => {
    for (const data of [{ sampler_name: 'er_sde' }, { scheduler: 'bong' }]) {
      await expect(wireWith(data)).rejects.toThrow(
        expect.objectContaining({
          code: 'no_host_has_file',
          file: Object.values(data)[0],
          field: Object.keys(data)[0],
        }),
      );
    }
  });
  test('at the detailers it becomes euler / normal, noted once', async () => {
    const { graph, notes } = await wireWith({ scheduler: 'beta' });
    expect([
      inputOf(graph, '3', 'scheduler'),
      inputOf(graph, '11', 'scheduler'),
      inputOf(graph, '13', 'scheduler'),
    ]).toEqual(['beta', 'normal', 'normal']);
    expect(notes).toEqual(['The detailers of B do not know the scheduler «beta»; they use normal.']);
  });
  test.each([
    { steps: 0 },
    { steps: 2.5 },
    { steps: 'many' },
    { cfg: 101 },
    { cfg: Number.NaN },
    { clip_skip: 25 },
  ])('%j is a data error', async (data) => {
    await expect(wireWith(data)).rejects.toThrow(
      expect.objectContaining({
        code: 'data_error',
        file: 'checkpoints/c_c_safetensors.json',
        field: Object.keys(data)[0],
      }),
    );
  });
});

describe('WIRE-6 detailers', () => {
  const passes = (graph: Workflow): string =>
    ['10', '11', '12', '13', '14', '15'].filter((id) => Object.hasOwn(graph, id)).join(' ');

  test.each([
    ['auto without detailer entities: on', {}, '10 11 12 13 14 15', ['13', 0]],
    ['off', { faceDetail: 'off', handDetail: 'off' }, '', ['8', 0]],
    ['face off', { faceDetail: 'off' }, '12 13 15', ['13', 0]],
    ['hand off', { handDetail: 'off' }, '10 11 14', ['11', 0]],
    [
      'auto follows focus: a detailer for the face alone',
      { parts: parts({ detailers: ['skin'] }) },
      '10 11 14',
      ['11', 0],
    ],
    [
      'any detailer that looks there is enough',
      { parts: parts({ detailers: ['skin', 'hands'] }) },
      '10 11 12 13 14 15',
      ['13', 0],
    ],
    ['"false" is false', { parts: parts({ detailers: ['hands'] }) }, '12 13 15', ['13', 0]],
    [
      'on wins over focus',
      { parts: parts({ detailers: ['skin'] }), handDetail: 'on' },
      '10 11 12 13 14 15',
      ['13', 0],
    ],
  ] as [string, RecipeInput, string, unknown][])('%s', async (_name, recipe, nodes, saved) => {
    const { graph, notes } = await wire(recipe);
    expect(passes(graph)).toBe(nodes);
    expect(inputOf(graph, '9', 'images')).toEqual(saved);
    expect(notes).toEqual([]);
  });
  test('a hand pass alone takes the decoded picture', async () => {
    expect(inputOf((await wire({ faceDetail: 'off' })).graph, '13', 'image')).toEqual(['8', 0]);
  });
  const without = (...names: string[]) => ({
    classes: hostWith().classes.filter((name) => !names.includes(name)),
  });
  test.each([
    [
      'no Impact Pack',
      without('FaceDetailer', 'UltralyticsDetectorProvider'),
      '',
      [
        'face pass skipped: Impact Pack missing on host B',
        'hand pass skipped: Impact Pack missing on host B',
      ],
    ],
    [
      'no Subpack',
      without('UltralyticsDetectorProvider'),
      '',
      [
        'face pass skipped: Impact Subpack missing on host B',
        'hand pass skipped: Impact Subpack missing on host B',
      ],
    ],
    [
      'no hand model',
      { bbox_models: ['bbox/face_yolov8m.pt'] },
      '10 11 14',
      ['hand pass skipped: no hand model such as bbox/hand_yolov8s.pt on host B'],
    ],
    [
      'no model at all',
      { bbox_models: [] },
      '',
      [
        'face pass skipped: no face model such as bbox/face_yolov8m.pt on host B',
        'hand pass skipped: no hand model such as bbox/hand_yolov8s.pt on host B',
      ],
    ],
  ])('the host’s lack is a note: %s', async (_name, host, nodes, notes) => {
    const wired = await wire({}, { host: { ...host, host_name: 'host B' } });
    expect(passes(wired.graph)).toBe(nodes);
    expect(wired.notes).toEqual(notes);
  });
  test('a pass that nobody wants is no lack', async () => {
    expect(
      (await wire({ faceDetail: 'off', handDetail: 'off' }, { host: without('FaceDetailer') })).notes,
    ).toEqual([]);
  });
  test('another model of the host that finds the same stands in, noted; separators are the host’s', async () => {
    const { graph, notes } = await wire(
      {},
      { host: { bbox_models: ['bbox/sub\\Face_v9.pt', 'bbox/hand_yolov8s.pt'] } },
    );
    expect(inputOf(graph, '10', 'model_name')).toBe('bbox/sub\\Face_v9.pt');
    expect(notes).toEqual([expect.stringContaining('bbox/sub\\Face_v9.pt')]);
  });
  test('a prompt node that somebody else uses stays', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      13: { class_type: 'FaceDetailer', inputs: { ...defaultTemplate['13']?.inputs, positive: ['14', 0] } },
    };
    expect(passes((await wire({ faceDetail: 'off' }, { template })).graph)).toBe('12 13 14 15');
  });
  test('a pass that the template does not have is a note where it was asked for', async () => {
    const template = Object.fromEntries(
      Object.entries(defaultTemplate).filter(([id]) => Number(id) < 10 || Number(id) > 15),
    );
    template['9'] = { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'x' } };
    expect((await wire({ faceDetail: 'on' }, { template })).notes).toEqual([
      'face pass skipped: the workflow template default has none',
    ]);
  });
});

describe('WIRE-7 size', () => {
  test('of the snapshot, one picture at a time', async () => {
    expect((await wire({ width: 640, height: 8192 })).graph['5']?.inputs).toEqual({
      width: 640,
      height: 8192,
      batch_size: 1,
    });
  });
  test.each([
    ['width', 63],
    ['width', 8200],
    ['height', 100],
    ['height', 64.5],
    ['height', Number.NaN],
  ])('%s %d is a clear error', async (side, value) => {
    const snapshot = { ...(await snap({})), [side]: value };
    expect(() =>
      wireWorkflow(
        defaultTemplate,
        snapshot,
        { main: '', face: '', hand: '', negative: '' },
        hostFor(snapshot),
      ),
    ).toThrow(expect.objectContaining({ code: 'invalid_input', field: side }));
    const preset = entity('presets', { preset_id: 'odd', [side]: value });
    if (Number.isFinite(value))
      await expect(snap({ preset: 'odd' }, [preset])).rejects.toThrow(
        expect.objectContaining({ code: 'invalid_input', field: side }),
      );
  });
});

test('WIRE-8 seeds: the snapshot’s, then plus one and plus two modulo 2^53', async () => {
  const seeds = async (seed: number): Promise<unknown[]> => {
    const { graph } = await wire({ seed });
    return ['3', '11', '13'].map((id) => inputOf(graph, id, 'seed'));
  };
  expect(await seeds(7)).toEqual([7, 8, 9]);
  expect(await seeds(2 ** 53 - 2)).toEqual([2 ** 53 - 2, 2 ** 53 - 1, 0]);
  expect(await seeds(2 ** 53 - 1)).toEqual([2 ** 53 - 1, 0, 1]);
  expect([seedPlus(0, 0), seedPlus(2 ** 53 - 1, 1), seedPlus(2 ** 53 - 1, 2)]).toEqual([0, 0, 1]);
});

describe('WIRE-9 names on the host', () => {
  const looks = { parts: parts({ characters: ['mira_voss'] }) };
  test('/ and \\ are equal, and the host’s own spelling is sent', async () => {
    const host = {
      checkpoints: ['Illustrious\\meridian_xl_v3.safetensors'],
      loras: ['Illustrious\\Looks\\mira.safetensors'],
    };
    const { graph, loras, checkpoint } = await wire(looks, { host });
    expect(inputOf(graph, '4', 'ckpt_name')).toBe('Illustrious\\meridian_xl_v3.safetensors');
    expect(inputOf(graph, '16', 'lora_name')).toBe('Illustrious\\Looks\\mira.safetensors');
    expect([loras[0]?.name, checkpoint]).toEqual(['Illustrious/Looks/mira.safetensors', checkpointPath]);
    const mixed = await wire(looks, { host: { loras: ['Illustrious/Looks\\mira.safetensors'] } });
    expect(inputOf(mixed.graph, '16', 'lora_name')).toBe('Illustrious/Looks\\mira.safetensors');
  });
  test.each([
    [
      'a LoRA',
      { loras: ['illustrious/looks/mira.safetensors'] },
      looks,
      'Illustrious/Looks/mira.safetensors',
    ],
    ['a checkpoint', { checkpoints: ['meridian_xl_v3.safetensors'] }, {}, checkpointPath],
    ['a VAE', { vaes: [] }, { checkpoint: noirPath }, 'sdxl_vae.safetensors'],
  ])('%s that the host lacks is an error for that host; case counts', async (_name, host, recipe, file) => {
    await expect(wire(recipe, { host })).rejects.toThrow(
      expect.objectContaining({
        code: 'no_host_has_file',
        file,
        message: expect.stringContaining(`B does not have`) as string,
      }),
    );
  });
  test('so is a node of the template that it lacks', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      70: { class_type: 'FancyUpscale', inputs: {}, _meta: { title: 'Upscale' } },
    };
    await expect(wire({}, { template })).rejects.toThrow(
      expect.objectContaining({
        code: 'no_host_has_file',
        message: expect.stringContaining('«FancyUpscale» («Upscale»') as string,
      }),
    );
  });
});

test('WIRE-10 last of all, tags on both sides of 6 and 7 cancel; the detailers keep theirs', async () => {
  const { graph } = await wire(
    { checkpoint: 'x/y.safetensors' },
    { prompts: { main: 'a, b, a', face: 'b', hand: '', negative: '(b:1.2), a, c' } },
  );
  expect(['6', '7', '14', '15'].map((id) => text(graph, id))).toEqual(['a', 'c', 'b', 'a, b, a']);
});

describe('WIRE-11 the template', () => {
  test('is never mutated, and equal arguments give equal bytes', async () => {
    const before = JSON.stringify(defaultTemplate);
    const snapshot = await snap({
      parts: parts({ characters: ['mira_voss'], outfits: ['maid_01'] }),
      checkpoint: noirPath,
    });
    const host = hostFor(snapshot);
    const make = () =>
      JSON.stringify(wireWorkflow(defaultTemplate, snapshot, buildPrompts(snapshot, defaultTemplate), host));
    expect(make()).toBe(make());
    expect(JSON.stringify(defaultTemplate)).toBe(before);
  });
  test('without a sampler, checkpoint or size node it is an error that names what lacks', async () => {
    for (const [id, name] of [
      ['3', 'KSampler'],
      ['4', 'CheckpointLoaderSimple'],
      ['5', 'EmptyLatentImage'],
    ] as const) {
      const template = Object.fromEntries(Object.entries(defaultTemplate).filter(([other]) => other !== id));
      await expect(wire({ checkpoint: 'x/y.safetensors' }, { template })).rejects.toThrow(
        expect.objectContaining({ code: 'data_error', message: expect.stringContaining(name) as string }),
      );
    }
  });
  test('a link that leads nowhere is an error that names it', async () => {
    const template: Workflow = {
      ...defaultTemplate,
      8: { class_type: 'VAEDecode', inputs: { samples: ['99', 0], vae: ['4', 2] } },
    };
    await expect(wire({}, { template })).rejects.toThrow(
      expect.objectContaining({ code: 'data_error', field: '8.inputs.samples' }),
    );
  });
  test('setFilenamePrefix sets the saving nodes of a copy', async () => {
    const { graph } = await wire({});
    expect(inputOf(setFilenamePrefix(graph, 'gaze/job_1'), '9', 'filename_prefix')).toBe('gaze/job_1');
    expect(inputOf(graph, '9', 'filename_prefix')).toBe('gaze/image');
  });
});
