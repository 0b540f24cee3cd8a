import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { StandIn } from '../src/index.ts';
import { ask, ended, listen, logged, post, queue, simpleGraph, start } from './client.ts';
import type { Json } from './client.ts';

let standIn: StandIn | undefined;
async function running(options: Parameters<typeof start>[0] = {}): Promise<StandIn> {
  standIn = await start(options);
  return standIn;
}
afterEach(async () => {
  await standIn?.stop();
  standIn = undefined;
});

/** A host whose worker is held at its first node, so that what is queued stays queued. */
async function held(options: Parameters<typeof start>[0] = {}): Promise<{ host: StandIn; first: string }> {
  const host = await running({ ...options, faults: [{ kind: 'hang', where: 'execution' }] });
  const first = await queue(host, simpleGraph({ seed: 100 }));
  await logged(host, (entry) => entry.type === 'started');
  return { host, first };
}

interface Queue {
  queue_running: [number, string, unknown, Json, string[]][];
  queue_pending: [number, string, unknown, Json, string[]][];
}
const queueOf = async (host: StandIn): Promise<Queue> => (await ask(host, '/queue')).json<Queue>();
const startsOf = (host: StandIn): string[] => host.log.of('started').map((entry) => entry.promptId);

describe('the queue', () => {
  test('runs by number, then by id; front goes before everything, the later one first', async () => {
    const { host, first } = await held();
    const seeds = { seed: 0 };
    const add = async (more: Json): Promise<string> => {
      seeds.seed += 1;
      return queue(host, simpleGraph({ seed: seeds.seed }), more);
    };
    const low = '00000000-0000-4000-8000-000000000001';
    const high = 'ffffffff-0000-4000-8000-000000000001';
    const plain = await add({});
    const sameLate = await add({ number: 0.5, prompt_id: high });
    const sameEarly = await add({ number: 0.5, prompt_id: low });
    const frontOne = await add({ front: true });
    const frontTwo = await add({ front: true });
    const last = await add({ number: 99 });
    host.faults.clear();
    await ended(host, last);
    expect(startsOf(host)).toEqual([first, frontTwo, frontOne, sameEarly, sameLate, plain, last]);
  });

  test('an explicit number leaves the counter alone', async () => {
    const { host } = await held();
    const answer = async (more: Json): Promise<unknown> =>
      (await post(host, '/prompt', { prompt: simpleGraph(), ...more })).json().number;
    expect([
      await answer({}),
      await answer({ number: '7.5' }),
      await answer({}),
      await answer({ front: true }),
    ]).toEqual([1, 7.5, 2, -3]);
  });

  test('/queue shows the running one and the waiting ones with their graphs', async () => {
    const { host, first } = await held();
    const waiting = await queue(host, simpleGraph({ seed: 5 }), {
      client_id: 'me',
      extra_data: { gaze: { job: 'j1', attempt: 2 }, api_key_comfy_org: 'secret' },
    });
    const { queue_running, queue_pending } = await queueOf(host);
    expect(queue_running[0]?.[1]).toBe(first);
    const [number, id, graph, extra, outputs] = queue_pending[0] ?? [];
    expect([number, id, outputs]).toEqual([1, waiting, ['9']]);
    expect(graph).toMatchObject({ '3': { inputs: { seed: 5 } } });
    expect(extra).toMatchObject({ client_id: 'me', gaze: { job: 'j1', attempt: 2 } });
    expect(JSON.stringify(extra)).not.toContain('secret');
    expect((await ask(host, '/api/prompt')).json()).toEqual({ exec_info: { queue_remaining: 2 } });
  });

  test('deleting takes waiting ones only, and tells nothing but the count', async () => {
    const { host, first } = await held();
    const listener = await listen(host);
    const gone = await queue(host, simpleGraph({ seed: 1 }), { client_id: listener.clientId });
    const kept = await queue(host, simpleGraph({ seed: 2 }), { client_id: listener.clientId });
    listener.heard.length = 0;
    const answer = await post(host, '/queue', { delete: [gone, first, randomUUID()] });
    expect([answer.status, answer.text]).toEqual([200, '']);
    host.faults.clear();
    await listener.untilEnd(kept);
    expect(startsOf(host)).toEqual([first, kept]);
    expect(listener.messages()[0]).toEqual({
      type: 'status',
      data: { status: { exec_info: { queue_remaining: 2 } } },
    });
    expect(listener.messages().some((message) => message.data.prompt_id === gone)).toBe(false);
    expect((await ask(host, `/history/${gone}`)).json()).toEqual({});
  });

  test('clear empties the waiting ones', async () => {
    const { host } = await held();
    await queue(host, simpleGraph({ seed: 1 }));
    await queue(host, simpleGraph({ seed: 2 }));
    await post(host, '/queue', { clear: true });
    expect((await queueOf(host)).queue_pending).toEqual([]);
    expect((await queueOf(host)).queue_running).toHaveLength(1);
  });

  test('a body that is no JSON is an error of the server', async () => {
    const host = await running();
    expect((await post(host, '/queue', 'nope')).status).toBe(500);
    expect((await ask(host, '/queue', { method: 'POST' })).status).toBe(500);
  });
});

describe('the history', () => {
  test('pages from the oldest or to the newest, and never answers 404', async () => {
    const host = await running();
    const ids: string[] = [];
    for (const seed of [1, 2, 3, 4]) ids.push(await queue(host, simpleGraph({ seed, steps: 1 })));
    await ended(host, ids[3] ?? '');
    const keys = async (search: string): Promise<string[]> =>
      Object.keys((await ask(host, `/history${search}`)).json());
    expect((await keys('')).length).toBe(4);
    expect(await keys('?max_items=2')).toEqual(ids.slice(2));
    expect(await keys('?max_items=2&offset=1')).toEqual(ids.slice(1, 3));
    expect(await keys('?offset=3')).toEqual(ids.slice(3));
    expect((await ask(host, '/history?max_items=many')).status).toBe(500);
    const unknown = await ask(host, `/history/${randomUUID()}`);
    expect([unknown.status, unknown.text]).toEqual([200, '{}']);
    await post(host, '/history', { delete: [ids[0]] });
    expect(await keys('')).toEqual(ids.slice(1));
    await post(host, '/history', { clear: true });
    expect(await keys('')).toEqual([]);
  });

  test('a restart loses queue and history, keeps the files, and closes the sockets', async () => {
    const { host, first } = await held();
    host.faults.clear();
    await ended(host, first);
    host.faults.set({ kind: 'hang', where: 'execution' });
    const lost = await queue(host, simpleGraph({ seed: 1 }));
    const waiting = await queue(host, simpleGraph({ seed: 2 }));
    const listener = await listen(host);
    await logged(host, (entry) => entry.type === 'started' && entry.promptId === lost);
    await host.restart();
    await listener.closed;
    host.faults.clear();
    expect(await queueOf(host)).toEqual({ queue_running: [], queue_pending: [] });
    expect((await ask(host, '/history')).json()).toEqual({});
    expect(host.log.of('ended').find((entry) => entry.promptId === lost)?.outcome).toBe('lost');
    expect(host.log.of('ended').some((entry) => entry.promptId === waiting)).toBe(false);
    const picture = await ask(host, '/view?filename=test_00001_.png&subfolder=gaze');
    expect(picture.status).toBe(200);
    await ended(host, await queue(host, simpleGraph({ seed: 3 })));
  });
});

describe('the jobs API', () => {
  test('tells waiting, running, finished and unknown apart', async () => {
    const { host, first } = await held();
    const waiting = await queue(host, simpleGraph({ seed: 1 }));
    const job = async (id: string): Promise<Json & { status?: string }> =>
      (await ask(host, `/api/jobs/${id}`)).json();
    expect(await job(first)).toMatchObject({ id: first, status: 'in_progress', priority: 0 });
    expect(await job(waiting)).toMatchObject({
      status: 'pending',
      workflow: { prompt: expect.any(Object) as unknown },
    });
    const unknown = await ask(host, `/api/jobs/${randomUUID()}`);
    expect([unknown.status, unknown.json()]).toEqual([404, { error: 'Job not found' }]);
    expect((await ask(host, `/jobs/${first}`)).status).toBe(404);
    host.faults.clear();
    await ended(host, waiting);
    expect(await job(waiting)).toMatchObject({
      status: 'completed',
      outputs_count: 1,
      outputs: { '9': { images: [{ type: 'output' }] } },
      execution_start_time: expect.any(Number) as unknown,
      execution_end_time: expect.any(Number) as unknown,
    });
  });

  test('cancels the waiting and the running one, and says whether it did', async () => {
    const { host, first } = await held();
    const waiting = await queue(host, simpleGraph({ seed: 1 }));
    const cancel = async (id: string): Promise<unknown> =>
      (await post(host, `/api/jobs/${id}/cancel`, {})).json();
    expect(await cancel(waiting)).toEqual({ cancelled: true });
    expect(await cancel(waiting)).toEqual({ cancelled: false });
    expect(await cancel(first)).toEqual({ cancelled: true });
    host.faults.clear();
    await ended(host, first);
    const { jobs, pagination } = (await ask(host, '/api/jobs?status=cancelled,pending')).json<{
      jobs: Json[];
      pagination: Json;
    }>();
    expect(jobs.map((one) => [one.id, one.status])).toEqual([[first, 'cancelled']]);
    expect(pagination).toEqual({ offset: 0, limit: null, total: 1, has_more: false });
    expect((await ask(host, '/api/jobs?status=asleep')).status).toBe(400);
  });

  test('does not exist at OLD', async () => {
    const host = await running({ profile: 'OLD' });
    expect((await ask(host, '/api/jobs')).status).toBe(404);
  });
});
