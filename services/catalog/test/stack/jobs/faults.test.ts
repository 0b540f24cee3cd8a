import { catalogRpc, ledgerRpc, streams, subjects } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { GazeError, callRpc } from '@gaze/runtime';
import { eventually, verifies } from '@gaze/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { paper, workshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

const twoHosts = ['Atelier=http://127.0.0.1:9001', 'Cellar=http://127.0.0.1:9002'];

async function only(shop: Workshop): Promise<string> {
  const { ids } = await shop.submit();
  return ids[0] ?? '';
}

test(
  verifies(
    'R8',
    'a newer attempt owns the job: the older one is stale everywhere and its pictures are refused',
  ),
  async () => {
    await using shop = await workshop();
    const holder = await shop.holder();
    const id = await only(shop);
    const old = await holder.begin();
    const oldPrompt = await holder.post(old);
    // The message comes again, as after an ack that was lost: a second attempt begins.
    old.end({ type: 'nak', delayMs: 0 });
    const fresh = await holder.begin();
    expect(fresh).toMatchObject({ jobId: id, attempt: 2, earlier: [oldPrompt] });

    expect((await holder.posting(old)).outcome).toBe('stale');
    expect(await holder.fail(old, 'host')).toBe('stale');
    expect((await holder.release(old)).ok).toBe(false);
    expect(await holder.complete(old)).toBe('refused');
    expect((await shop.job(id)).images).toEqual([]);

    await holder.post(fresh, { adopted: oldPrompt });
    expect(await holder.complete(fresh)).toBe('accepted');
    expect(await holder.complete(old), 'even afterwards').toBe('refused');
    const done = await shop.job(id);
    expect(done.images.map((image) => image.id)).toEqual([`${id}-2-0`]);
    expect(done.attempt_history.map((attempt) => attempt.status)).toEqual(['lost', 'done']);
    const { counted_attempts: counted } = await shop.on.db
      .selectFrom('job')
      .select('counted_attempts')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(counted, 'giving way does not count').toBe(0);
  },
);

test('a heartbeat hears which of its attempts are stale', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  const old = await holder.begin();
  expect((await holder.beat()).stale).toEqual([]);
  // Another process of the same name minted a newer attempt.
  await callRpc(shop.bus.asker, ledgerRpc.start, {
    job_id: id,
    dispatch: 1,
    holder: 'first',
    host_id: old.hostId,
    epoch: old.epoch,
  });
  expect((await holder.beat()).stale).toEqual([{ job_id: id, attempt: 1 }]);
});

test('a start is refused to whoever does not hold the host, and for a dispatch that was overtaken', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  const delivery = await holder.next();
  const question = {
    job_id: id,
    dispatch: delivery.message.dispatch,
    holder: 'first',
    host_id: delivery.message.host_id,
    epoch: holder.held[0]?.epoch ?? 0,
  };
  expect(await shop.ask(ledgerRpc.start, { ...question, holder: 'somebody' })).toEqual({
    outcome: 'not_holder',
  });
  expect(await shop.ask(ledgerRpc.start, { ...question, epoch: question.epoch - 1 })).toEqual({
    outcome: 'not_holder',
  });
  expect(await shop.ask(ledgerRpc.start, { ...question, dispatch: 0 })).toEqual({
    outcome: 'refused',
    reason: 'superseded',
  });
  expect(await shop.ask(ledgerRpc.start, { ...question, job_id: 'nobody' })).toEqual({
    outcome: 'refused',
    reason: 'unknown',
  });
  expect(await holder.start(delivery)).toMatchObject({ outcome: 'start', attempt: 1 });
});

test('pictures that an attempt had stored finish the job before another attempt is minted', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  const started = await holder.begin();
  await holder.post(started);
  await holder.store(started, 2);
  started.end({ type: 'nak', delayMs: 0 });
  expect(await holder.start(await holder.next())).toEqual({ outcome: 'refused', reason: 'finished' });
  const done = await shop.job(id);
  expect(done).toMatchObject({ status: 'done', attempts: 1 });
  expect(done.images).toHaveLength(2);
  expect(await holder.complete(started, await holder.store(started, 2)), 'the worker lived after all').toBe(
    'already',
  );
});

test('half of the pictures are no picture: the job is tried again', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  const started = await holder.begin();
  await holder.post(started);
  const [, second] = await holder.store(started, 2);
  await shop.on.store.delete(second?.key ?? '');
  started.end({ type: 'nak', delayMs: 0 });
  expect(await holder.begin()).toMatchObject({ jobId: id, attempt: 2 });
});

test('a completion takes no picture but its own', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await only(shop);
  const started = await holder.begin();
  await holder.post(started);
  const [image] = await holder.store(started);
  const elsewhere = {
    ...image,
    key: 'characters/elke/gen_x_1_0.png',
    sha256: '',
    bytes: 1,
    width: 1,
    height: 1,
  };
  await expect(holder.complete(started, [elsewhere])).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await holder.complete(started)).toBe('accepted');
});

test(
  verifies(
    'R1',
    'a generator that falls silent loses its hosts after 20 s, its attempt is given up, and the job goes back to adopt its prompt',
  ),
  async () => {
    await using shop = await workshop({ comfyUrls: twoHosts });
    const dead = await shop.holder('dead');
    const id = await only(shop);
    const started = await dead.begin();
    const prompt = await dead.post(started);
    // Its message is gone too: nothing but the silence brings the job back.
    started.end();
    await dead.stop();

    const heir = shop.bareHolder('heir');
    const idle = await heir.ask();
    expect(
      idle.map((host) => host.host_id),
      'what is busy stays with a holder that may live',
    ).not.toContain(started.hostId);
    shop.skip(21_000);
    const taken = await eventually(async () => {
      const hosts = await heir.ask();
      expect(hosts).toHaveLength(2);
      return hosts;
    });
    expect(taken.every((host) => host.epoch > started.epoch)).toBe(true);
    for (const host of taken) {
      heir.pull(host.host_id);
      await heir.report(host.host_id, { files: [paper] });
    }
    const again = await heir.begin();
    expect(again).toMatchObject({ jobId: id, attempt: 2, hostId: started.hostId, earlier: [prompt] });
    await heir.post(again, { adopted: prompt });
    expect(await heir.complete(again)).toBe('accepted');
    const { attempt_history: history } = await shop.job(id);
    expect(history.map((attempt) => attempt.status)).toEqual(['lost', 'done']);
    expect(history[0]?.error?.message).toContain('fell silent');
  },
);

test('a picture that comes after its attempt was given up still counts, while nobody else has begun', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  const started = await holder.begin();
  await holder.post(started);
  shop.skip(21_000);
  await eventually(async () => expect((await shop.job(id)).attempt_history[0]?.status).toBe('lost'));
  expect((await holder.beat()).stale).toEqual([]);
  expect(await holder.complete(started)).toBe('accepted');
  expect((await shop.job(id)).status).toBe('done');
});

test(
  verifies(
    'R3',
    'the whole store of the bus is deleted: what was dispatched is sent again, what runs goes on, nothing counts',
  ),
  async () => {
    await using shop = await workshop();
    const holder = await shop.holder();
    const { ids } = await shop.submit({}, { count: 3, lane: 'batch' });
    const running = await holder.begin();
    await holder.post(running);
    const prefetched = await holder.next();
    await holder.stop();
    await shop.bus.nats.wipe();

    for (const { host_id } of holder.held) holder.pull(host_id);
    const again = await holder.begin(15_000);
    expect(again.jobId).toBe(prefetched.message.job_id);
    expect(again.attempt).toBe(1);
    expect(await holder.complete(running)).toBe('accepted');
    await holder.render(again);
    await holder.render(await holder.begin(15_000));
    for (const id of ids) expect(await shop.job(id)).toMatchObject({ status: 'done', attempts: 1 });
  },
);

test('a message that vanished from the stream is sent again under the next number', async () => {
  await using shop = await workshop();
  const holder = shop.bareHolder('first');
  const [host] = await holder.ask();
  await holder.report(host?.host_id ?? '', { files: [paper] });
  const id = await only(shop);
  await shop.until(id, 'dispatched');
  const manager = await jetstreamManager(shop.bus.asker);
  await eventually(async () =>
    expect((await manager.streams.info(streams.image.name)).state.messages).toBe(1),
  );
  await eventually(async () => {
    const row = await shop.on.db
      .selectFrom('job')
      .select('stream_sequence')
      .where('id', '=', id)
      .executeTakeFirst();
    expect(row?.stream_sequence).not.toBeNull();
  });
  await manager.streams.purge(streams.image.name);
  holder.pull(host?.host_id ?? '');
  const delivery = await holder.next(20_000);
  expect(delivery.message).toMatchObject({ job_id: id, dispatch: 2 });
  expect(await holder.start(delivery)).toMatchObject({ outcome: 'start', attempt: 1 });
});

test('what a crash left between ledger and stream is sent at the next start', async () => {
  await using shop = await workshop();
  const holder = shop.bareHolder('first');
  const [host] = await holder.ask();
  const hostId = host?.host_id ?? '';
  await holder.report(hostId, { files: [paper] });
  const id = await only(shop);
  await shop.until(id, 'dispatched');
  await shop.bus.nats.wipe();
  await shop.on.db
    .updateTable('job')
    .set({ stream_incarnation: null, stream_sequence: null })
    .where('id', '=', id)
    .execute();
  await shop.restart();
  holder.pull(hostId);
  expect((await holder.begin()).jobId).toBe(id);
});

test('the stream and one consumer per host exist, and a removed host takes its own away', async () => {
  await using shop = await workshop({ comfyUrls: twoHosts });
  const holder = await shop.holder();
  const manager = await jetstreamManager(shop.bus.asker);
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const info of manager.consumers.list(streams.image.name)) found.push(info.name);
    return found.sort();
  };
  const all = holder.held.map((host) => subjects.imageConsumer(host.host_id)).sort();
  await eventually(async () => expect(await names()).toEqual(all));
  const info = await manager.consumers.info(streams.image.name, all[0] ?? '');
  expect(info.config).toMatchObject({ max_deliver: -1, ack_policy: 'explicit', ack_wait: 30_000_000_000 });

  const { ids } = await shop.submit({}, { count: 4, lane: 'batch' });
  const started = [await holder.begin(), await holder.begin(), await holder.begin(), await holder.begin()];
  const cellar = holder.held.find((host) => host.name === 'Cellar')?.host_id ?? '';
  await shop.restart(['Atelier=http://127.0.0.1:9001']);
  await eventually(async () => expect(await names()).toHaveLength(1));
  expect((await shop.eventsOf('host.removed')).map((event) => event.host_id)).toEqual([cellar]);
  // Its jobs come to the host that is left.
  for (const job of started.filter((one) => one.hostId !== cellar)) await holder.render(job);
  await holder.ask();
  for (let i = 0; i < 2; i++) await holder.render(await holder.begin());
  for (const id of ids) expect((await shop.job(id)).status).toBe('done');
});

test(
  verifies('R6', 'a refused workflow fails at once, with node and reason, and is posted once'),
  async () => {
    await using shop = await workshop();
    const holder = await shop.holder();
    const id = await only(shop);
    const started = await holder.begin();
    await holder.posting(started);
    const error = {
      code: 'workflow_refused' as const,
      message: 'Atelier refused the workflow at node 3 (KSampler): bad cfg.',
      field: '3.cfg',
    };
    expect(await holder.fail(started, 'permanent', error)).toBe('failed');
    const failed = await shop.job(id);
    expect(failed).toMatchObject({ status: 'failed', error, attempts: 1 });
    expect(failed.finished_at).not.toBeNull();
  },
);

test('a host that cannot do it hands it to one that can; where nobody is left it fails with what they said', async () => {
  await using shop = await workshop({ comfyUrls: twoHosts });
  const holder = await shop.holder();
  const id = await only(shop);
  const refusal = { code: 'no_host_has_file' as const, message: 'There is no sampler «res_2m».' };
  const first = await holder.begin();
  expect(await holder.fail(first, 'host', refusal)).toBe('waiting');
  const second = await holder.begin();
  expect(second.hostId).not.toBe(first.hostId);
  expect(await holder.fail(second, 'host', refusal)).toBe('failed');
  const failed = await shop.job(id);
  expect(failed.error?.message).toContain('There is no sampler «res_2m».');
  expect(failed.error?.details).toMatchObject({ attempts: [{ number: 1 }, { number: 2 }] });
});

test(
  verifies('R5', 'a host that fails gets no work for a moment and its job goes to a healthy one'),
  async () => {
    await using shop = await workshop({ comfyUrls: twoHosts });
    const holder = await shop.holder();
    await only(shop);
    const first = await holder.begin();
    await holder.post(first);
    const began = performance.now();
    expect(await holder.fail(first, 'host')).toBe('waiting');
    const second = await holder.begin();
    expect(performance.now() - began).toBeLessThan(5000);
    expect(second.hostId).not.toBe(first.hostId);
    // The closed host is not given further work either.
    await shop.submit({}, { count: 1 });
    expect((await holder.begin()).hostId).toBe(second.hostId);
  },
);

test('after five attempts that counted a job fails with the history of all of them, and a person may retry it', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  for (let attempt = 1; attempt <= 5; attempt++) {
    const started = await holder.begin(30_000);
    expect(started.attempt).toBe(attempt);
    await holder.post(started);
    expect(await holder.fail(started, 'interrupted', { message: `stopped ${attempt}` })).toBe(
      attempt < 5 ? 'waiting' : 'failed',
    );
  }
  const failed = await shop.job(id);
  expect(failed.error?.message).toBe('Every try failed, the last one so: stopped 5');
  expect(failed.attempt_history.map((attempt) => attempt.error?.message)).toEqual([
    'stopped 1',
    'stopped 2',
    'stopped 3',
    'stopped 4',
    'stopped 5',
  ]);
  await shop.ask(catalogRpc.jobsRetry, { job_id: id });
  const again = await holder.begin();
  expect(again.attempt).toBe(6);
  await holder.render(again);
  expect(await shop.job(id)).toMatchObject({ status: 'done', error: null });
});

test('attempts whose post was not taken do not count', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = await only(shop);
  for (let i = 0; i < 3; i++) {
    const started = await holder.begin(30_000);
    await holder.posting(started);
    expect(await holder.fail(started, 'ambiguous', { code: 'unavailable' })).toBe('waiting');
  }
  const row = await shop.on.db
    .selectFrom('job')
    .select('counted_attempts')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(row.counted_attempts).toBe(0);
  await eventually(async () => expect((await shop.job(id)).reason).toContain('tried again in about'));
});

test('a store that takes nothing pauses the queue, fails nothing, and the work goes on by itself', async () => {
  const trouble = { full: false };
  await using shop = await workshop({ store: (real) => storeThatFails(real, trouble) });
  const holder = await shop.holder();
  const { ids } = await shop.submit({}, { count: 3, lane: 'batch' });
  const [id = ''] = ids;
  const started = await holder.begin();
  const prompt = await holder.post(started);
  trouble.full = true;
  await expect(holder.store(started)).rejects.toMatchObject({ code: 'storage_full' });
  expect(await holder.fail(started, 'storage', { code: 'storage_full', message: 'The disk is full.' })).toBe(
    'waiting',
  );
  await eventually(async () => {
    const [queue] = (await shop.ask(catalogRpc.queuesGet, {})).queues;
    expect(queue).toMatchObject({ paused: true, reason: 'The disk is full.' });
  });
  expect(await shop.job(id)).toMatchObject({ status: 'waiting', reason: 'The disk is full.' });
  trouble.full = false;
  for (;;) {
    const delivery = await holder.next(20_000);
    const answer = await holder.start(delivery);
    if (answer.outcome !== 'start' || delivery.message.job_id !== id) {
      delivery.end();
      continue;
    }
    expect(answer).toMatchObject({ attempt: 2, earlier_prompt_ids: [prompt] });
    break;
  }
  const [queue] = (await shop.ask(catalogRpc.queuesGet, {})).queues;
  expect(queue).toMatchObject({ paused: false, reason: null });
  const row = await shop.on.db
    .selectFrom('job')
    .select('counted_attempts')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(row.counted_attempts).toBe(0);
});

function storeThatFails(real: ObjectStore, trouble: { full: boolean }): ObjectStore {
  return {
    ...real,
    async put(...args) {
      if (trouble.full) throw new GazeError('storage_full', 'The disk is full.');
      await real.put(...args);
    },
  };
}
