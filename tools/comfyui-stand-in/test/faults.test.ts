import { afterEach, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import { ask, ended, historyOf, listen, logged, post, queue, simpleGraph, start } from './client.ts';

let standIn: StandIn | undefined;
async function running(options: Parameters<typeof start>[0] = {}): Promise<StandIn> {
  standIn = await start(options);
  return standIn;
}
afterEach(async () => {
  await standIn?.stop();
  standIn = undefined;
});

describe('HTTP', () => {
  test.each([403, 413, 500, 503])(
    'a scripted %i, once, on its route, with and without /api',
    async (status) => {
      const host = await running();
      host.faults.set({ kind: 'http', status, route: '/prompt', method: 'POST', times: 2 });
      expect((await ask(host, '/prompt')).status).toBe(200);
      expect((await post(host, '/prompt', { prompt: simpleGraph() })).status).toBe(status);
      expect((await post(host, '/api/prompt', { prompt: simpleGraph() })).status).toBe(status);
      expect((await post(host, '/prompt', { prompt: simpleGraph() })).status).toBe(200);
      expect(host.log.of('posted')).toHaveLength(1);
    },
  );

  test('a connection that ends before the request was handled, and after', async () => {
    const host = await running();
    host.faults.set({ kind: 'connection', when: 'before', route: '/prompt' });
    await expect(post(host, '/prompt', { prompt: simpleGraph() })).rejects.toThrow();
    expect(host.log.of('posted')).toHaveLength(0);
    host.faults.set({ kind: 'connection', when: 'after', route: '/prompt' });
    await expect(post(host, '/prompt', { prompt: simpleGraph() })).rejects.toThrow();
    await logged(host, (entry) => entry.type === 'ended');
    expect(host.log.of('posted')).toHaveLength(1);
    expect((await ask(host, '/prompt')).status).toBe(200);
  });

  test('a hang lasts until it is cleared; the control routes go on', async () => {
    const host = await running();
    const clear = host.faults.set({ kind: 'hang', where: 'http' });
    let answered = false;
    const waiting = ask(host, '/queue').then((answer) => {
      answered = true;
      return answer;
    });
    expect((await ask(host, '/_stand-in/state')).status).toBe(200);
    expect(answered).toBe(false);
    clear();
    expect((await waiting).status).toBe(200);
  });

  test('200 with node errors', async () => {
    const host = await running({ faults: [{ kind: 'node_errors' }] });
    const answer = await post(host, '/prompt', { prompt: simpleGraph() });
    expect(answer.status).toBe(200);
    expect(answer.json().node_errors).toMatchObject({
      '9': { class_type: 'SaveImage', dependent_outputs: ['9'] },
    });
    await ended(host, String(answer.json().prompt_id));
  });
});

describe('pictures', () => {
  test('cut on the way: the connection breaks, the next try is whole', async () => {
    const host = await running();
    await ended(host, await queue(host, simpleGraph()));
    host.faults.set({ kind: 'truncated_image' });
    const path = '/view?filename=test_00001_.png&subfolder=gaze';
    await expect(ask(host, path)).rejects.toThrow();
    expect((await ask(host, path)).status).toBe(200);
  });

  test('cut on disk: it arrives whole and is broken', async () => {
    const host = await running({ faults: [{ kind: 'truncated_image', how: 'file' }] });
    await ended(host, await queue(host, simpleGraph()));
    const response = await fetch(`${host.url}/view?filename=test_00001_.png&subfolder=gaze`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect(bytes.subarray(-8, -4).toString('latin1')).not.toBe('IEND');
  });
});

describe('sockets', () => {
  test('are cut at a step; the prompt goes on', async () => {
    const host = await running({ faults: [{ kind: 'drop_sockets', atStep: 2 }] });
    const listener = await listen(host);
    const id = await queue(host, simpleGraph({ steps: 4 }), { client_id: listener.clientId });
    await listener.closed;
    await ended(host, id);
    expect(listener.types()).not.toContain('execution_success');
    expect((await historyOf(host, id))?.status.status_str).toBe('success');
  });

  test('are refused while HTTP is', async () => {
    const host = await running();
    host.faults.set({ kind: 'http', status: 503, route: '/ws' });
    await expect(listen(host)).rejects.toThrow('503');
    await (await listen(host)).close();
  });
});

test('a dead host refuses connections until it is started again', async () => {
  const host = await running();
  await host.kill();
  await expect(ask(host, '/prompt')).rejects.toThrow();
  await host.restart();
  expect((await ask(host, '/prompt')).status).toBe(200);
});

test('a hung sampler takes no step and no interrupt', async () => {
  const host = await running({ faults: [{ kind: 'hang', where: 'execution' }] });
  const id = await queue(host, simpleGraph());
  await logged(host, (entry) => entry.type === 'started');
  await post(host, '/interrupt', { prompt_id: id });
  expect((await ask(host, '/queue')).json()).toMatchObject({ queue_running: [expect.arrayContaining([id])] });
  host.faults.clear('hang');
  await ended(host, id);
  expect(host.log.of('ended')[0]?.outcome).toBe('interrupted');
});

test('the control routes script and read a host from another process', async () => {
  const host = await running();
  expect((await post(host, '/_stand-in/faults', { kind: 'no_such' })).status).toBe(400);
  expect((await post(host, '/_stand-in/faults', { kind: 'execution_error', node: 'VAEDecode' })).status).toBe(
    204,
  );
  expect((await ask(host, '/_stand-in/faults')).json()).toMatchObject({
    faults: [{ node: 'VAEDecode', times: 1 }],
  });
  const id = await queue(host, simpleGraph(), { extra_data: { gaze: { job: 'j' } } });
  await ended(host, id);
  const { entries } = (await ask(host, '/_stand-in/log?since=1')).json<{
    entries: { type: string; seq: number; graph?: unknown; extraData?: unknown; outcome?: string }[];
  }>();
  expect(entries.every((entry) => entry.seq > 1)).toBe(true);
  expect(entries.find((entry) => entry.type === 'posted')).toMatchObject({
    graph: simpleGraph(),
    extraData: { gaze: { job: 'j' } },
  });
  expect(entries.find((entry) => entry.type === 'ended')?.outcome).toBe('error');
  expect((await ask(host, '/_stand-in/state')).json()).toMatchObject({ running: null, pending: [] });
  const listener = await listen(host);
  expect((await post(host, '/_stand-in/cut-sockets', {})).status).toBe(204);
  await listener.closed;
  expect((await ask(host, '/_stand-in/log', { method: 'DELETE' })).status).toBe(204);
  expect((await post(host, '/_stand-in/restart', {})).status).toBe(202);
  await logged(host, (entry) => entry.type === 'host_started');
  expect((await ask(host, '/history')).json()).toEqual({});
});
