import { catalogRpc } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { workshop } from './workshop.ts';

test('a waiting and a dispatched job are cancelled at once, and the message of the latter starts nothing', async () => {
  await using shop = await workshop();
  const holder = shop.bareHolder('first');
  const [host] = await holder.ask();
  await holder.report(host?.host_id ?? '', { files: ['paper.safetensors'] });
  const { ids } = await shop.submit({}, { count: 3, lane: 'batch' });
  const [first = '', , third = ''] = ids;
  await shop.until(first, 'dispatched');
  const { jobs } = await shop.ask(catalogRpc.jobsCancel, { job_ids: [first, third] });
  expect(jobs.map((job) => job.status)).toEqual(['cancelled', 'cancelled']);
  expect(await shop.job(first)).toMatchObject({ status: 'cancelled', reason: null });
  holder.pull(host?.host_id ?? '');
  // Its message may be gone already, or come and be refused: either way nothing of it runs.
  for (;;) {
    const delivery = await holder.next();
    const answer = await holder.start(delivery);
    delivery.end();
    if (delivery.message.job_id === ids[1]) {
      expect(answer).toMatchObject({ outcome: 'start', attempt: 1 });
      break;
    }
    expect(delivery.message.job_id).toBe(first);
    expect(answer).toEqual({ outcome: 'refused', reason: 'cancelled' });
  }
});

test(
  verifies(
    'R9',
    'a running job is cancelled through its holder within a second; the other one on that host is untouched',
  ),
  async () => {
    await using shop = await workshop();
    const holder = await shop.holder();
    await shop.submit({}, { count: 2, lane: 'batch' });
    const running = await holder.begin();
    await holder.post(running);
    const other = await holder.begin();
    await holder.post(other);
    const began = performance.now();
    const { jobs } = await shop.ask(catalogRpc.jobsCancel, { job_ids: [running.jobId] });
    expect(jobs[0]?.status).toBe('cancelling');
    await eventually(() => expect(holder.orders).toContainEqual({ type: 'cancel', job_id: running.jobId }), {
      everyMs: 5,
    });
    expect(performance.now() - began).toBeLessThan(1000);
    expect((await holder.beat()).cancel).toEqual([running.jobId]);
    // Lost orders are repeated.
    holder.orders.length = 0;
    await eventually(() => expect(holder.orders).toContainEqual({ type: 'cancel', job_id: running.jobId }));
    expect(await holder.fail(running, 'interrupted')).toBe('cancelled');
    expect((await shop.job(running.jobId)).status).toBe('cancelled');
    expect(holder.orders.some((order) => order.job_id === other.jobId)).toBe(false);
    await holder.render(other);
  },
);

test('a picture that is ready before the cancel takes hold still counts', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit();
  const started = await holder.begin();
  await holder.post(started);
  await shop.ask(catalogRpc.jobsCancel, { job_ids: [started.jobId] });
  expect(await holder.complete(started)).toBe('accepted');
  expect((await shop.job(started.jobId)).status).toBe('done');
});

test('a cancel between start and post keeps the prompt from being posted', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit();
  const started = await holder.begin();
  await shop.ask(catalogRpc.jobsCancel, { job_ids: [started.jobId] });
  expect((await holder.posting(started)).outcome).toBe('cancelled');
  expect((await shop.job(started.jobId)).status).toBe('cancelled');
});

test('a cancel whose holder is gone ends by itself', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit();
  const started = await holder.begin();
  await holder.post(started);
  await shop.ask(catalogRpc.jobsCancel, { job_ids: [started.jobId] });
  await holder.stop();
  shop.skip(21_000);
  await shop.until(started.jobId, 'cancelled');
});

test('a batch and all that waits can be cleared; what has ended stays as it is', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const done = await shop.submit();
  await holder.render(await holder.begin());
  const batch = await shop.submit({}, { count: 3, lane: 'batch' });
  await shop.submit({}, { count: 20, lane: 'batch' });
  const first = await holder.begin();
  await shop.ask(catalogRpc.jobsCancel, { batch_id: batch.batch_id });
  expect((await shop.job(first.jobId)).status).toBe('cancelling');
  const rest = await shop.ask(catalogRpc.jobsCancel, { all_waiting: true });
  expect(rest.jobs.length).toBeGreaterThan(0);
  const left = await shop.ask(catalogRpc.jobsList, { status: ['waiting', 'dispatched'] });
  expect(left.items).toEqual([]);
  expect((await shop.job(done.ids[0] ?? '')).status).toBe('done');
  await expect(shop.ask(catalogRpc.jobsCancel, {})).rejects.toMatchObject({ code: 'invalid_input' });
});

test('only what failed or was cancelled can be retried', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const { ids } = await shop.submit();
  const [id = ''] = ids;
  const started = await holder.begin();
  await expect(shop.ask(catalogRpc.jobsRetry, { job_id: id })).rejects.toMatchObject({ code: 'conflict' });
  await holder.fail(started, 'permanent');
  const view = await shop.ask(catalogRpc.jobsRetry, { job_id: id });
  expect(view).toMatchObject({ error: null, finished_at: null });
  await holder.render(await holder.begin());
  await expect(shop.ask(catalogRpc.jobsRetry, { job_id: 'nobody' })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('a job that is brought to the front goes before older ones, also before what a person waits for', async () => {
  await using shop = await workshop();
  const { ids } = await shop.submit({}, { count: 3 });
  const batch = await shop.submit({}, { count: 2, lane: 'batch' });
  const last = batch.ids[1] ?? '';
  await shop.ask(catalogRpc.jobsFront, { job_id: last });
  const holder = await shop.holder();
  expect((await holder.begin()).jobId).toBe(last);
  expect((await holder.begin()).jobId).toBe(ids[0]);
});

test('bringing a prefetched job to the front asks its host to hand it back', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit({}, { count: 2, lane: 'batch' });
  const running = await holder.begin();
  const prefetched = await holder.begin();
  await shop.ask(catalogRpc.jobsFront, { job_id: prefetched.jobId });
  await eventually(() =>
    expect(holder.orders).toContainEqual({ type: 'withdraw', job_id: prefetched.jobId }),
  );
  expect((await holder.release(prefetched)).ok).toBe(true);
  holder.letGo(prefetched);
  const again = await holder.begin();
  expect(again).toMatchObject({ jobId: prefetched.jobId, attempt: 2 });
  await holder.render(running);
  await holder.render(again);
});

test('a paused queue gives nothing out, takes back what has not begun, and stays paused over a restart', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit({}, { count: 3, lane: 'batch' });
  const running = await holder.begin();
  await holder.post(running);
  const prefetched = await holder.begin();
  const view = await shop.ask(catalogRpc.queuesPause, { kind: 'image', paused: true });
  expect(view).toMatchObject({ paused: true, reason: 'The queue is paused.' });
  await eventually(() =>
    expect(holder.orders).toContainEqual({ type: 'withdraw', job_id: prefetched.jobId }),
  );
  // The holder is asked for all of them: it alone knows that its host has begun this one, and keeps it.
  expect(holder.orders).toContainEqual({ type: 'withdraw', job_id: running.jobId });
  await holder.release(prefetched);
  holder.letGo(prefetched);
  await holder.render(running);
  await shop.restart();
  await holder.ask();
  await holder.beat();
  const { items } = await shop.ask(catalogRpc.jobsList, { status: ['waiting'] });
  expect(items.map((job) => job.reason)).toEqual(['The queue is paused.', 'The queue is paused.']);
  await expect(holder.next(1000)).rejects.toThrow('no job has come');
  await shop.ask(catalogRpc.queuesPause, { kind: 'image', paused: false });
  await holder.render(await holder.begin());
  await holder.render(await holder.begin());
});
