import { afterEach, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import {
  ask,
  detailedGraph,
  ended,
  historyOf,
  listen,
  logged,
  post,
  queue,
  simpleGraph,
  start,
  withInput,
} from './client.ts';
import type { Graph, Listener, Message } from './client.ts';

let standIn: StandIn | undefined;
async function running(options: Parameters<typeof start>[0] = {}): Promise<StandIn> {
  standIn = await start(options);
  return standIn;
}
afterEach(async () => {
  await standIn?.stop();
  standIn = undefined;
});

async function runToEnd(host: StandIn, graph: Graph, listener: Listener): Promise<string> {
  const id = await queue(host, graph, { client_id: listener.clientId });
  await listener.untilEnd(id);
  return id;
}

/** Types of what was heard of one prompt, frames as `frame <event>`. */
function course(listener: Listener): string[] {
  return listener.heard.map((one) => (Buffer.isBuffer(one) ? `frame ${one.readUInt32BE(0)}` : one.type));
}

const of = (listener: Listener, type: string): Message[] =>
  listener.messages().filter((one) => one.type === type);

describe('the order of messages', () => {
  test('a normal run', async () => {
    const host = await running();
    const listener = await listen(host);
    listener.heard.length = 0;
    const id = await runToEnd(host, simpleGraph({ steps: 2 }), listener);
    const plain = ['progress_state', 'executing', 'progress_state'];
    const order = of(listener, 'executing').map((message) => message.data.node);
    expect(order.at(-1)).toBeNull();
    expect(order.slice(0, -1).sort()).toEqual(['3', '4', '5', '6', '7', '8', '9']);
    expect(order.indexOf('4')).toBeLessThan(order.indexOf('6'));
    expect(order.indexOf('8')).toBeLessThan(order.indexOf('9'));
    const sampler = [
      'progress_state',
      'executing',
      'progress_state',
      'progress',
      'progress_state',
      'progress',
    ];
    expect(course(listener)).toEqual([
      ...['status', 'status', 'execution_start', 'execution_cached'],
      ...[...plain, ...plain, ...plain, ...plain],
      ...[...sampler, 'progress_state'],
      ...plain,
      ...['progress_state', 'executing', 'executed', 'progress_state'],
      ...['execution_success', 'status', 'executing'],
    ]);
    expect(of(listener, 'execution_cached')[0]?.data).toMatchObject({ nodes: [], prompt_id: id });
    expect(of(listener, 'progress').map((message) => message.data)).toEqual([
      { value: 1, max: 2, prompt_id: id, node: '3' },
      { value: 2, max: 2, prompt_id: id, node: '3' },
    ]);
    const counts = of(listener, 'status').map((message) => message.data.status);
    expect(counts).toEqual([1, 1, 0].map((queue_remaining) => ({ exec_info: { queue_remaining } })));
  });

  test('progress_state holds every node that has begun', async () => {
    const host = await running();
    const listener = await listen(host);
    const id = await runToEnd(host, simpleGraph({ steps: 2 }), listener);
    const states = of(listener, 'progress_state').map((message) => message.data);
    expect(states[0]).toEqual({
      prompt_id: id,
      nodes: {
        '4': {
          value: 0,
          max: 1,
          state: 'running',
          node_id: '4',
          prompt_id: id,
          display_node_id: '4',
          parent_node_id: null,
          real_node_id: '4',
        },
      },
    });
    const last = states.at(-1)?.nodes as Record<string, { state: string; value: number; max: number }>;
    expect(Object.keys(last)).toHaveLength(7);
    expect(last['3']).toMatchObject({ state: 'finished', value: 2, max: 2 });
  });

  test('after `executing null` the history is there', async () => {
    const host = await running();
    const listener = await listen(host);
    const id = await runToEnd(host, simpleGraph(), listener);
    const entry = await historyOf(host, id);
    expect(entry?.status).toMatchObject({ status_str: 'success', completed: true });
    expect(entry?.status.messages.map(([type]) => type)).toEqual([
      'execution_start',
      'execution_cached',
      'execution_success',
    ]);
    expect(entry?.prompt[1]).toBe(id);
    expect(entry?.prompt[3]).toMatchObject({
      client_id: listener.clientId,
      create_time: expect.any(Number) as unknown,
    });
    expect(entry?.prompt[4]).toEqual(['9']);
    expect(entry?.outputs['9']?.images[0]).toMatchObject({
      filename: 'test_00001_.png',
      subfolder: 'gaze',
      type: 'output',
    });
    expect(entry?.meta).toEqual({
      '9': { node_id: '9', display_node: '9', parent_node: null, real_node_id: '9' },
    });
  });

  test('after `execution_success` it need not be', async () => {
    const host = await running({ faults: [{ kind: 'late_history', ms: 300 }] });
    const listener = await listen(host);
    const id = await queue(host, simpleGraph(), { client_id: listener.clientId });
    await listener.until((message) => message.type === 'execution_success');
    expect(await historyOf(host, id)).toBeUndefined();
    await listener.untilEnd(id);
    expect(await historyOf(host, id)).toBeDefined();
  });

  test('a detailer counts anew for each region and cycle', async () => {
    const host = await running({ detections: { faces: 2, hands: 0 } });
    const listener = await listen(host);
    await runToEnd(host, withInput(detailedGraph({ steps: 1 }), '11', 'cycle', 2), listener);
    const values = of(listener, 'progress').map((message) => [message.data.node, message.data.value]);
    const cycle = [
      ['11', 1],
      ['11', 2],
    ];
    expect(values).toEqual([['3', 1], ...cycle, ...cycle, ...cycle, ...cycle]);
  });

  test('an identical prompt comes from the cache, with the old file', async () => {
    const host = await running();
    const listener = await listen(host);
    const first = await runToEnd(host, simpleGraph(), listener);
    listener.heard.length = 0;
    const again = await runToEnd(host, simpleGraph(), listener);
    expect(course(listener)).toEqual([
      ...['status', 'status', 'execution_start', 'execution_cached'],
      ...['executed', 'progress_state', 'execution_success', 'status', 'executing'],
    ]);
    const cached = of(listener, 'execution_cached')[0]?.data.nodes as string[];
    expect(cached.sort()).toEqual(['3', '4', '5', '6', '7', '8', '9']);
    const files = [await historyOf(host, first), await historyOf(host, again)].map(
      (entry) => entry?.outputs['9']?.images[0]?.filename,
    );
    expect(files).toEqual(['test_00001_.png', 'test_00001_.png']);
    expect(host.log.of('saved')).toHaveLength(1);
    expect(host.log.of('ended').map((entry) => entry.cached)).toEqual([false, true]);
  });

  test('another seed runs from the sampler on; node ids do not matter to the cache', async () => {
    const host = await running();
    const listener = await listen(host);
    await runToEnd(host, simpleGraph({ seed: 1 }), listener);
    listener.heard.length = 0;
    const graph = simpleGraph({ seed: 2 });
    const { '5': latent, ...rest } = graph;
    if (latent === undefined) throw new Error('no latent');
    await runToEnd(host, withInput({ ...rest, '55': latent }, '3', 'latent_image', ['55', 0]), listener);
    const cached = of(listener, 'execution_cached')[0]?.data.nodes as string[];
    expect(cached.sort()).toEqual(['4', '55', '6', '7']);
    expect(of(listener, 'executing').map((message) => message.data.node)).toEqual(['3', '8', '9', null]);
  });

  test('classic forgets what the next prompt does not use; /free forgets everything', async () => {
    const host = await running({ profile: 'OLD' });
    const listener = await listen(host);
    await runToEnd(host, simpleGraph({ seed: 1 }), listener);
    await runToEnd(host, simpleGraph({ seed: 2 }), listener);
    await runToEnd(host, simpleGraph({ seed: 1 }), listener);
    expect(host.log.of('saved')).toHaveLength(3);
    expect((await post(host, '/free', { free_memory: true, unload_models: true })).status).toBe(200);
    await runToEnd(host, simpleGraph({ seed: 1 }), listener);
    expect(host.log.of('saved')).toHaveLength(4);
    expect(host.log.of('loaded').map((entry) => entry.kind)).toEqual(['checkpoint', 'checkpoint']);
  });
});

describe('who hears what', () => {
  test('the owner alone hears its prompt; the count goes to everyone', async () => {
    const host = await running();
    const [owner, other] = await Promise.all([listen(host), listen(host)]);
    other.heard.length = 0;
    await runToEnd(host, simpleGraph(), owner);
    await other.until((message) => message.type === 'status' && remaining(message) === 0);
    expect(new Set(other.types())).toEqual(new Set(['status']));
  });

  test('without an owner progress goes to everyone and no execution message to anyone', async () => {
    const host = await running();
    const listener = await listen(host);
    listener.heard.length = 0;
    const id = await queue(host, simpleGraph());
    await ended(host, id);
    await listener.until((message) => message.type === 'status' && remaining(message) === 0);
    expect(new Set(listener.types())).toEqual(new Set(['status', 'progress', 'progress_state']));
  });

  test('a socket learns its id and, as the owner of the running prompt, the node', async () => {
    const host = await running({ stepMs: 20 });
    const first = await listen(host);
    expect(first.messages()[0]).toMatchObject({ type: 'status', data: { sid: first.clientId } });
    const id = await queue(host, simpleGraph({ steps: 500 }), { client_id: first.clientId });
    await first.until((message) => message.type === 'progress');
    await first.close();
    await logged(host, (entry) => entry.type === 'socket_closed');
    const second = await listen(host, { clientId: first.clientId });
    expect(second.messages()[1]).toEqual({ type: 'executing', data: { node: '3' } });
    await post(host, '/interrupt', { prompt_id: id });
    await second.untilEnd(id);
  });

  test('the late end of an old socket silences a new one with the same id', async () => {
    const host = await running();
    const first = await listen(host, { clientId: 'twin' });
    const second = await listen(host, { clientId: 'twin' });
    await first.close();
    await logged(host, (entry) => entry.type === 'socket_closed');
    second.heard.length = 0;
    await ended(host, await queue(host, simpleGraph(), { client_id: 'twin' }));
    const third = await listen(host);
    expect(second.heard).toEqual([]);
    await third.close();
  });

  test('with the quirk off the new one stays', async () => {
    const host = await running({ reconnectQuirk: false });
    const first = await listen(host, { clientId: 'twin' });
    const second = await listen(host, { clientId: 'twin' });
    await first.close();
    await logged(host, (entry) => entry.type === 'socket_closed');
    await runToEnd(host, simpleGraph(), second);
    expect(second.types()).toContain('execution_success');
  });

  test('the first message alone may name features', async () => {
    const host = await running();
    const listener = await listen(host, { metadata: false });
    listener.send({ type: 'hello' });
    listener.send({ type: 'feature_flags', data: { supports_preview_metadata: true } });
    await runToEnd(host, simpleGraph(), listener);
    expect(listener.types()).not.toContain('feature_flags');
    const flags = (await listen(host, { path: '/api/ws' }))
      .messages()
      .find((one) => one.type === 'feature_flags');
    expect(flags?.data).toMatchObject({ supports_preview_metadata: true, supports_model_type_tags: true });
  });
});

const remaining = (message: Message): unknown =>
  (message.data.status as { exec_info: { queue_remaining: number } }).exec_info.queue_remaining;

describe('previews', () => {
  test('none by default', async () => {
    const host = await running();
    const listener = await listen(host);
    await runToEnd(host, simpleGraph(), listener);
    expect(listener.frames()).toEqual([]);
  });

  test('NEW takes the method from the prompt, OLD from the host alone', async () => {
    const host = await running();
    const listener = await listen(host);
    const preview = { extra_data: { preview_method: 'latent2rgb' }, client_id: listener.clientId };
    await listener.untilEnd(await queue(host, simpleGraph({ steps: 2 }), preview));
    expect(listener.frames()).toHaveLength(2);
    await using old = await start({ profile: 'OLD' });
    const ear = await listen(old);
    await ear.untilEnd(await queue(old, simpleGraph({ steps: 2 }), { ...preview, client_id: ear.clientId }));
    expect(ear.frames()).toEqual([]);
  });

  test('frame 4 stands between progress_state and progress and names its owner', async () => {
    const host = await running({ previewMethod: 'auto' });
    const listener = await listen(host);
    listener.heard.length = 0;
    const id = await runToEnd(host, simpleGraph({ steps: 1 }), listener);
    const at = course(listener).indexOf('frame 4');
    expect(course(listener).slice(at - 1, at + 2)).toEqual(['progress_state', 'frame 4', 'progress']);
    const frame = listener.frames()[0] ?? Buffer.alloc(8);
    const length = frame.readUInt32BE(4);
    expect(JSON.parse(frame.toString('utf8', 8, 8 + length))).toEqual({
      node_id: '3',
      prompt_id: id,
      display_node_id: '3',
      parent_node_id: null,
      real_node_id: '3',
      image_type: 'image/jpeg',
    });
    expect(frame.readUInt16BE(8 + length)).toBe(0xffd8);
  });

  test('a client that did not ask gets frame 1, after progress', async () => {
    const host = await running({ previewMethod: 'auto' });
    const listener = await listen(host, { metadata: false });
    listener.heard.length = 0;
    await runToEnd(host, simpleGraph({ steps: 1 }), listener);
    const at = course(listener).indexOf('frame 1');
    expect(course(listener)[at - 1]).toBe('progress');
    const frame = listener.frames()[0] ?? Buffer.alloc(10);
    expect([frame.readUInt32BE(4), frame.readUInt16BE(8)]).toEqual([1, 0xffd8]);
  });
});

describe('stopping', () => {
  test('an interrupt with the id of the running prompt stops it at a step', async () => {
    const host = await running({ stepMs: 5 });
    const listener = await listen(host);
    listener.heard.length = 0;
    const id = await queue(host, simpleGraph({ steps: 5000 }), { client_id: listener.clientId });
    await listener.until((message) => message.type === 'progress');
    expect(
      (await post(host, '/interrupt', { prompt_id: '00000000-0000-4000-8000-000000000000' })).status,
    ).toBe(200);
    const { value } = of(listener, 'progress').at(-1)?.data ?? {};
    await listener.until(
      (message) => message.type === 'progress' && Number(message.data.value) > Number(value),
    );
    const answer = await post(host, '/interrupt', { prompt_id: id });
    expect([answer.status, answer.text]).toEqual([200, '']);
    await listener.untilEnd(id);
    expect(course(listener).slice(-3)).toEqual(['execution_interrupted', 'status', 'executing']);
    const told = of(listener, 'execution_interrupted')[0]?.data;
    expect(told).toMatchObject({ prompt_id: id, node_id: '3', node_type: 'KSampler' });
    expect((told?.executed as string[]).sort()).toEqual(['4', '5', '6', '7']);
    const entry = await historyOf(host, id);
    expect(entry?.status).toMatchObject({ status_str: 'error', completed: false });
    expect(entry?.status.messages.at(-1)?.[0]).toBe('execution_interrupted');
    expect(host.log.of('interrupt').map((one) => one.hit)).toEqual([false, true]);
  });

  test.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['a broken body', '{'],
    ['an empty object', '{}'],
  ])('with %s whatever runs is stopped', async (_name, body) => {
    const host = await running({ stepMs: 5 });
    const id = await queue(host, simpleGraph({ steps: 5000 }));
    await logged(host, (entry) => entry.type === 'started');
    const init = body === undefined ? { method: 'POST' } : { method: 'POST', body };
    expect((await ask(host, '/api/interrupt', init)).status).toBe(200);
    await ended(host, id);
    expect(host.log.of('ended')[0]?.outcome).toBe('interrupted');
  });

  test('an interrupt while idle is forgotten', async () => {
    const host = await running();
    await post(host, '/interrupt', {});
    const id = await queue(host, simpleGraph());
    await ended(host, id);
    expect(host.log.of('ended')[0]?.outcome).toBe('success');
  });
});

describe('failing', () => {
  test('an exception of a node', async () => {
    const host = await running({
      faults: [{ kind: 'execution_error', node: 'VAEDecode', message: 'bad latent' }],
    });
    const listener = await listen(host);
    listener.heard.length = 0;
    const id = await runToEnd(host, simpleGraph(), listener);
    expect(course(listener).slice(-4)).toEqual(['executing', 'execution_error', 'status', 'executing']);
    expect(listener.types()).not.toContain('execution_success');
    expect(of(listener, 'execution_error')[0]?.data).toMatchObject({
      prompt_id: id,
      node_id: '8',
      node_type: 'VAEDecode',
      exception_type: 'RuntimeError',
      exception_message: 'bad latent\n',
      traceback: [],
      current_inputs: { samples: [['3', 0]], vae: [['4', 2]] },
    });
    expect((await historyOf(host, id))?.status).toMatchObject({ status_str: 'error', completed: false });
  });

  test('out of memory unloads the models and goes on with the next prompt', async () => {
    const host = await running();
    const listener = await listen(host);
    host.faults.set({ kind: 'out_of_memory', atStep: 2 });
    const first = await queue(host, simpleGraph({ seed: 1 }), { client_id: listener.clientId });
    const second = await queue(host, simpleGraph({ seed: 2 }), { client_id: listener.clientId });
    await listener.untilEnd(second);
    const error = of(listener, 'execution_error')[0]?.data;
    expect(error).toMatchObject({ prompt_id: first, exception_type: 'torch.OutOfMemoryError' });
    expect(String(error?.exception_message)).toMatch(/out of memory/i);
    expect(host.log.of('ended').map((entry) => entry.outcome)).toEqual(['error', 'success']);
    expect(host.log.of('loaded')).toHaveLength(2);
  });

  test('an undeclared link is one argument too many', async () => {
    const host = await running();
    const id = await queue(host, withInput(simpleGraph(), '8', 'mask', ['5', 0]));
    await ended(host, id);
    expect((await historyOf(host, id))?.status.messages.at(-1)).toMatchObject([
      'execution_error',
      { node_id: '8', exception_type: 'TypeError' },
    ]);
  });

  test('an undeclared link to nowhere ends the worker for good', async () => {
    const host = await running();
    await queue(host, withInput(simpleGraph(), '8', 'mask', ['99', 0]));
    await logged(host, (entry) => entry.type === 'worker_died');
    await queue(host, simpleGraph());
    const info = (await ask(host, '/prompt')).json();
    expect(info).toEqual({ exec_info: { queue_remaining: 2 } });
  });
});

describe('models', () => {
  test('a checkpoint is loaded when it is not the one in memory; a LoRA once per node', async () => {
    const host = await running({ loadMs: 60 });
    const withLora = (seed: number, checkpoint: string): Graph =>
      withInput(
        withInput(
          {
            ...simpleGraph({ seed }),
            '16': {
              class_type: 'LoraLoader',
              inputs: {
                model: ['4', 0],
                clip: ['4', 1],
                lora_name: 'Illustrious/Styles/gouache.safetensors',
                strength_model: 0.8,
                strength_clip: 0.8,
              },
            },
          },
          '3',
          'model',
          ['16', 0],
        ),
        '4',
        'ckpt_name',
        checkpoint,
      );
    const [a, b] = ['Illustrious/meadow_v1.safetensors', 'Noob/lantern.safetensors'];
    for (const [index, checkpoint] of [a, a, b, a].entries()) {
      await ended(host, await queue(host, withLora(index, checkpoint)));
    }
    const loads = host.log.of('loaded');
    expect(loads.map((entry) => entry.name)).toEqual([a, 'Illustrious/Styles/gouache.safetensors', b, a]);
    expect(loads[0] === undefined ? 0 : loads[0].to - loads[0].from).toBeGreaterThanOrEqual(60);
  });

  test('a slow load is slow once', async () => {
    const host = await running({ faults: [{ kind: 'slow_load', ms: 120 }] });
    await ended(host, await queue(host, simpleGraph({ seed: 1 })));
    const [load] = host.log.of('loaded');
    expect(load === undefined ? 0 : load.to - load.from).toBeGreaterThanOrEqual(120);
    expect(host.faults.list()).toEqual([]);
  });

  test('steps take the time that they are given', async () => {
    const host = await running({ stepMs: 15 });
    await ended(host, await queue(host, simpleGraph({ steps: 10 })));
    const [run] = host.log.of('sampled');
    const took = run === undefined ? 0 : run.to - run.from;
    expect(took).toBeGreaterThanOrEqual(150);
    expect(run?.steps).toBe(10);
  });
});
