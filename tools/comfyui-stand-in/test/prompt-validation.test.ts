import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import { writeFakeModels } from '../src/index.ts';
import { detailedGraph, ended, historyOf, post, simpleGraph, start, without, withInput } from './client.ts';
import type { Answer, Graph, Json } from './client.ts';

interface Refusal {
  error: { type: string; message: string; details: string; extra_info: Json };
  node_errors: Record<
    string,
    {
      errors: { type: string; message: string; details: string; extra_info: Json }[];
      dependent_outputs: string[];
      class_type: string;
    }
  >;
}

let fresh: StandIn;
let old: StandIn;

beforeAll(async () => {
  fresh = await start();
  old = await start({ profile: 'OLD' });
});
afterAll(async () => {
  await fresh.stop();
  await old.stop();
});

const send = (standIn: StandIn, graph: unknown): Promise<Answer> =>
  post(standIn, '/prompt', { prompt: graph });

async function refusal(graph: unknown, standIn = fresh): Promise<Refusal> {
  const answer = await send(standIn, graph);
  expect(answer.status).toBe(400);
  return answer.json<Refusal>();
}

async function firstError(graph: Graph, id: string, standIn = fresh): Promise<Refusal['error']> {
  const body = await refusal(graph, standIn);
  const error = body.node_errors[id]?.errors[0];
  if (error === undefined) throw new Error(`no error at ${id}: ${JSON.stringify(body)}`);
  return error;
}

describe('whole prompts', () => {
  test('a body without a prompt', async () => {
    const answer = await post(fresh, '/prompt', { client_id: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.json<Refusal>()).toEqual({
      error: {
        type: 'no_prompt',
        message: 'No prompt provided',
        details: 'No prompt provided',
        extra_info: {},
      },
      node_errors: {},
    });
  });

  test('NEW takes only lowercase hyphenated UUIDs as ids; OLD takes anything', async () => {
    for (const prompt_id of ['job-1', '2F1E9B1C-0000-4000-8000-000000000000', 7]) {
      const answer = await post(fresh, '/prompt', { prompt: simpleGraph(), prompt_id });
      expect(answer.status).toBe(400);
      expect(answer.json<Refusal>().error.type).toBe('invalid_prompt_id');
    }
    const answer = await post(old, '/prompt', { prompt: simpleGraph(), prompt_id: 7 });
    expect(answer.json()).toMatchObject({ prompt_id: '7', node_errors: {} });
  });

  test('null as an id lets NEW mint one', async () => {
    const answer = await post(fresh, '/prompt', { prompt: simpleGraph(), prompt_id: null });
    expect(answer.json().prompt_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a class that is not installed fails the prompt even where nothing reaches it', async () => {
    const graph = {
      ...simpleGraph(),
      '99': { class_type: 'Reroute', inputs: {}, _meta: { title: 'My reroute' } },
    };
    expect(await refusal(graph)).toEqual({
      error: {
        type: 'missing_node_type',
        message: "Node 'My reroute' not found. The custom node may not be installed.",
        details: "Node ID '#99'",
        extra_info: { node_id: '99', class_type: 'Reroute', node_title: 'My reroute' },
      },
      node_errors: {},
    });
    expect(await refusal(graph, old)).toEqual({
      error: {
        type: 'invalid_prompt',
        message: 'Cannot execute because node Reroute does not exist.',
        details: "Node ID '#99'",
        extra_info: {},
      },
      node_errors: {},
    });
  });

  test('a node without class_type', async () => {
    const graph = { ...simpleGraph(), '50': { inputs: {} } };
    expect((await refusal(graph)).error).toMatchObject({
      type: 'missing_node_type',
      details: "Node ID '#50'",
    });
    expect((await refusal(graph, old)).error.type).toBe('invalid_prompt');
  });

  test('no output node, or none among the targets', async () => {
    const graph = simpleGraph();
    delete graph['9'];
    expect((await refusal(graph)).error).toEqual({
      type: 'prompt_no_outputs',
      message: 'Prompt has no outputs',
      details: '',
      extra_info: {},
    });
    const answer = await post(fresh, '/prompt', { prompt: simpleGraph(), partial_execution_targets: ['3'] });
    expect(answer.json<Refusal>().error.type).toBe('prompt_no_outputs');
  });

  test('what is no JSON, and a prompt that is no object, are errors of the server', async () => {
    expect((await post(fresh, '/prompt', '{"prompt": ')).status).toBe(500);
    expect((await send(fresh, 'text')).status).toBe(500);
    expect((await post(fresh, '/prompt', { prompt: simpleGraph(), number: 'soon' })).status).toBe(500);
  });

  test('one good output carries the prompt: 200 with the errors of the other', async () => {
    const graph = {
      ...simpleGraph(),
      '20': { class_type: 'PreviewImage', inputs: { images: ['8', 1] } },
      '21': { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
    };
    const answer = await send(fresh, graph);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json<Refusal>().node_errors).sort()).toEqual(['20', '21']);
    expect(answer.json<Refusal>().node_errors['21']?.errors[0]?.type).toBe('required_input_missing');
  });

  test('the summary quotes the faults of the output nodes alone', async () => {
    const atOutput = await refusal(without(simpleGraph(), '9', 'filename_prefix'));
    expect(atOutput.error).toEqual({
      type: 'prompt_outputs_failed_validation',
      message: 'Prompt outputs failed validation',
      details: 'Required input is missing: filename_prefix',
      extra_info: {},
    });
    const upstream = await refusal(without(simpleGraph(), '3', 'cfg'));
    expect(upstream.error.details).toBe('');
    expect(upstream.node_errors).toEqual({
      '3': {
        errors: [
          {
            type: 'required_input_missing',
            message: 'Required input is missing',
            details: 'cfg',
            extra_info: { input_name: 'cfg' },
          },
        ],
        dependent_outputs: ['9'],
        class_type: 'KSampler',
      },
    });
  });
});

describe('links', () => {
  test('a link has two parts', async () => {
    const error = await firstError(withInput(simpleGraph(), '8', 'samples', ['3']), '8');
    expect(error).toMatchObject({
      type: 'bad_linked_input',
      message: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
      extra_info: { input_name: 'samples', received_value: ['3'] },
    });
  });

  test('a missing source is an exception at the node that holds the link', async () => {
    expect(await firstError(withInput(simpleGraph(), '8', 'samples', ['99', 0]), '8')).toMatchObject({
      type: 'exception_during_inner_validation',
      message: 'Exception when validating inner node',
      details: "'99'",
      extra_info: { input_name: 'images', exception_type: 'KeyError', linked_node: ['8', 0], traceback: [] },
    });
    expect(await firstError(withInput(simpleGraph(), '9', 'images', ['99', 0]), '9')).toMatchObject({
      type: 'exception_during_validation',
      details: "'99'",
      extra_info: { exception_type: 'KeyError' },
    });
  });

  test('a slot out of range, a source without inputs', async () => {
    expect(await firstError(withInput(simpleGraph(), '8', 'vae', ['4', 3]), '8')).toMatchObject({
      type: 'exception_during_inner_validation',
      details: 'tuple index out of range',
      extra_info: { exception_type: 'IndexError' },
    });
    const graph: Record<string, unknown> = { ...simpleGraph(), '5': { class_type: 'EmptyLatentImage' } };
    const { node_errors } = await refusal(graph);
    expect(node_errors['5']?.errors[0]).toMatchObject({
      details: "'inputs'",
      extra_info: { linked_node: ['5', 0] },
    });
  });

  test('types must fit', async () => {
    expect(await firstError(withInput(simpleGraph(), '3', 'model', ['4', 1]), '3')).toEqual({
      type: 'return_type_mismatch',
      message: 'Return type mismatch between linked nodes',
      details: 'model, received_type(CLIP) mismatch input_type(MODEL)',
      extra_info: {
        input_name: 'model',
        input_config: ['MODEL', {}],
        received_type: 'CLIP',
        linked_node: ['4', 1],
      },
    });
    expect((await firstError(withInput(simpleGraph(), '3', 'sampler_name', ['6', 0]), '3')).type).toBe(
      'return_type_mismatch',
    );
  });

  test('a cycle is named at every node of it by NEW, and is an exception at OLD', async () => {
    const graph: Graph = {
      ...simpleGraph(),
      '5': {
        class_type: 'LatentUpscaleBy',
        inputs: { samples: ['3', 0], upscale_method: 'area', scale_by: 2 },
      },
    };
    const { node_errors, error } = await refusal(graph);
    expect(error.type).toBe('prompt_outputs_failed_validation');
    expect(Object.keys(node_errors).sort()).toEqual(['3', '5']);
    expect(node_errors['3']?.errors[0]).toMatchObject({
      type: 'dependency_cycle',
      details: '3 (KSampler) -> 5 (LatentUpscaleBy) -> 3 (KSampler)',
    });
    const before = await refusal(graph, old);
    expect(before.node_errors['9']?.errors[0]).toMatchObject({
      type: 'exception_during_validation',
      extra_info: { exception_type: 'RecursionError' },
    });
  });

  test('a faulty node is reported once, for every output that was checked after it', async () => {
    const graph = {
      ...withInput(simpleGraph(), '3', 'steps', 0),
      '20': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
    };
    const { node_errors } = await refusal(graph);
    expect(node_errors['3']?.errors).toHaveLength(1);
    expect([...(node_errors['3']?.dependent_outputs ?? [])].sort()).toEqual(['20', '9']);
  });
});

describe('literals', () => {
  test.each([
    ['20', 20],
    [20.7, 20],
    [true, 1],
    [' 1_0 ', 10],
    [{ __value__: 4 }, 4],
  ])('steps %j is taken as %j and written back', async (given, kept) => {
    const answer = await send(fresh, withInput(simpleGraph(), '3', 'steps', given));
    expect(answer.status).toBe(200);
    const id = String(answer.json().prompt_id);
    await ended(fresh, id);
    expect((await historyOf(fresh, id))?.prompt[2]['3']?.inputs.steps).toBe(kept);
  });

  test.each([
    ['steps', '20.5', "steps, 20.5, invalid literal for int() with base 10: '20.5'"],
    [
      'steps',
      null,
      "steps, None, int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
    ],
    ['cfg', 'abc', "cfg, abc, could not convert string to float: 'abc'"],
    ['cfg', null, "cfg, None, float() argument must be a string or a real number, not 'NoneType'"],
  ])('%s %j cannot be converted', async (name, value, details) => {
    const error = await firstError(withInput(simpleGraph(), '3', name, value), '3');
    expect(error).toMatchObject({
      type: 'invalid_input_type',
      message: `Failed to convert an input value to a ${name === 'cfg' ? 'FLOAT' : 'INT'} value`,
      details,
      extra_info: { input_name: name, received_value: value },
    });
    expect(details.endsWith(String(error.extra_info.exception_message))).toBe(true);
  });

  test.each([
    ['3', 'cfg', 101, 'value_bigger_than_max', 'Value 101.0 bigger than max of 100.0'],
    ['3', 'steps', 0, 'value_smaller_than_min', 'Value 0 smaller than min of 1'],
    ['3', 'seed', -1, 'value_smaller_than_min', 'Value -1 smaller than min of 0'],
    ['3', 'denoise', '1.01', 'value_bigger_than_max', 'Value 1.01 bigger than max of 1.0'],
    ['5', 'width', 16392, 'value_bigger_than_max', 'Value 16392 bigger than max of 16384'],
  ])('%s.%s %j is out of limits', async (id, name, value, type, message) => {
    const error = await firstError(withInput(simpleGraph(), id, name, value), id);
    expect(error).toMatchObject({ type, message, details: name });
    expect(error.extra_info.received_value).toBe(Number(value));
  });

  test('a step is never enforced, a seed may use all 64 bits and not one more', async () => {
    expect((await send(fresh, withInput(simpleGraph(), '5', 'width', 129))).status).toBe(200);
    const sized = (seed: string): string =>
      JSON.stringify({ prompt: withInput(simpleGraph(), '3', 'seed', 'SEED') }).replace('"SEED"', seed);
    expect((await post(fresh, '/prompt', sized('18446744073709551615'))).status).toBe(200);
    const refused = await post(fresh, '/prompt', sized('18446744073709551616'));
    expect(refused.json<Refusal>().node_errors['3']?.errors[0]?.message).toBe(
      'Value 18446744073709551616 bigger than max of 18446744073709551615',
    );
  });

  test('anything is a text, and any text is true', async () => {
    const graph = withInput(withInput(detailedGraph(), '6', 'text', null), '11', 'noise_mask', 'false');
    const answer = await send(fresh, graph);
    expect(answer.status).toBe(200);
    const id = String(answer.json().prompt_id);
    await ended(fresh, id);
    const kept = (await historyOf(fresh, id))?.prompt[2];
    expect(kept?.['6']?.inputs.text).toBe('None');
    expect(kept?.['11']?.inputs.noise_mask).toBe(true);
  });

  test('a choice is compared exactly', async () => {
    const error = await firstError(withInput(simpleGraph(), '3', 'scheduler', 'Normal'), '3');
    expect(error).toMatchObject({
      type: 'value_not_in_list',
      message: 'Value not in list',
      details:
        "scheduler: 'Normal' not in ['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal', 'linear_quadratic', 'kl_optimal']",
    });
    expect(error.extra_info.input_config).toEqual([expect.arrayContaining(['normal']), {}]);
  });

  test('a list of more than 20 is not printed', async () => {
    const error = await firstError(withInput(simpleGraph(), '3', 'sampler_name', 'nope'), '3');
    expect(error.details).toBe("sampler_name: 'nope' not in (list of length 45)");
    expect(error.extra_info.input_config).toBeNull();
    const before = await firstError(withInput(simpleGraph(), '3', 'sampler_name', 'exp_heun_2_x0'), '3', old);
    expect(before.details).toBe("sampler_name: 'exp_heun_2_x0' not in (list of length 42)");
  });

  test('unknown literals are ignored', async () => {
    expect((await send(fresh, withInput(simpleGraph(), '3', 'colour', 'blue'))).status).toBe(200);
  });

  test('lists of models are read at every validation', async () => {
    const graph = withInput(simpleGraph(), '4', 'ckpt_name', 'late.safetensors');
    expect((await firstError(graph, '4')).type).toBe('value_not_in_list');
    writeFakeModels(fresh.modelsDir, { checkpoints: ['late.safetensors'] });
    expect((await send(fresh, graph)).status).toBe(200);
  });

  test('a v3 list is checked by NEW alone; at OLD the file is missed at run time', async () => {
    const graph: Graph = {
      ...simpleGraph(),
      '30': { class_type: 'UpscaleModelLoader', inputs: { model_name: 'gone.pth' } },
      '31': { class_type: 'ImageUpscaleWithModel', inputs: { upscale_model: ['30', 0], image: ['8', 0] } },
      '9': { class_type: 'SaveImage', inputs: { images: ['31', 0], filename_prefix: 'up' } },
    };
    expect((await firstError(graph, '30')).type).toBe('value_not_in_list');
    const answer = await send(old, graph);
    expect(answer.status).toBe(200);
    const id = String(answer.json().prompt_id);
    await ended(old, id);
    const messages = (await historyOf(old, id))?.status.messages ?? [];
    expect(messages.at(-1)).toMatchObject([
      'execution_error',
      { node_id: '30', node_type: 'UpscaleModelLoader', exception_type: 'FileNotFoundError' },
    ]);
  });

  test('LoadImage checks its file itself', async () => {
    const graph: Graph = {
      '1': { class_type: 'LoadImage', inputs: { image: 'x.png' } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'copy' } },
    };
    expect(await firstError(graph, '1')).toMatchObject({
      type: 'custom_validation_failed',
      message: 'Custom validation failed for node',
      details: 'image - Invalid image file: x.png',
    });
  });
});

describe('Windows and packs', () => {
  test('names carry the separator of the host', async () => {
    await using windows = await start({ separators: 'windows' });
    const error = await firstError(simpleGraph(), '4', windows);
    expect(error.details).toContain("'Illustrious\\\\meadow_v1.safetensors'");
    const graph = withInput(simpleGraph(), '4', 'ckpt_name', 'Illustrious\\meadow_v1.safetensors');
    expect((await send(windows, graph)).status).toBe(200);
    expect(
      (await send(windows, withInput(graph, '4', 'ckpt_name', 'illustrious\\meadow_v1.safetensors'))).status,
    ).toBe(400);
  });

  test('without a pack its classes are unknown', async () => {
    await using bare = await start({ packs: { impact: false } });
    expect((await refusal(detailedGraph(), bare)).error.extra_info.class_type).toBe('FaceDetailer');
    await using noSubpack = await start({ packs: { subpack: false } });
    expect((await refusal(detailedGraph(), noSubpack)).error.extra_info.class_type).toBe(
      'UltralyticsDetectorProvider',
    );
  });

  test('without a hand model only the face detector is in the list', async () => {
    await using handless = await start({ handModel: false });
    const { node_errors } = await refusal(detailedGraph(), handless);
    expect(Object.keys(node_errors)).toEqual(['12']);
    expect(node_errors['12']?.errors[0]?.details).toBe(
      "model_name: 'bbox/hand_yolov8s.pt' not in ['bbox/face_yolov8m.pt', 'segm/person_yolov8m-seg.pt']",
    );
  });

  test('a detailer without its detector misses a required input', async () => {
    expect(await firstError(without(detailedGraph(), '11', 'bbox_detector'), '11')).toMatchObject({
      type: 'required_input_missing',
      details: 'bbox_detector',
    });
  });
});
