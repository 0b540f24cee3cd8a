import { hostRpc } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import { expect, test } from 'vitest';
import { paper, workshop } from '../jobs/workshop.ts';

test('a generator that was started anew gives back at once what its earlier process worked on', async () => {
  await using shop = await workshop();
  const holder = await shop.holder('first');
  const ask = (incarnation: string) =>
    shop.ask(hostRpc.assigned, { replica: 'first', incarnation, holding: [] });
  await ask('one');
  await ask('one');
  const submitted = await shop.submit();
  const id = submitted.ids[0] ?? '';
  const begun = await holder.begin();
  await holder.post(begun);
  expect((await shop.job(id)).status).toBe('running');

  await ask('two');
  const job = await shop.job(id);
  expect(job.attempt_history).toMatchObject([{ number: 1, status: 'lost' }]);
  expect(job.attempt_history[0]?.error?.message).toContain('started anew');
  // It goes back to the host that has its prompt.
  const again = await holder.begin();
  expect(again).toMatchObject({ jobId: id, attempt: 2, hostId: begun.hostId });
  expect(again.earlier).toHaveLength(1);
});

test('measured times are kept, handed to the next holder, and written only where they tell news', async () => {
  await using shop = await workshop();
  const first = await shop.holder('first');
  const [host] = first.held;
  const hostId = host?.host_id ?? '';
  const times = (load_ms: number, step_ms: number) => [{ checkpoint: paper, load_ms, step_ms }];
  const known = async () =>
    (await shop.ask(hostRpc.assigned, { replica: 'first', holding: [] })).hosts[0]?.timings;
  await first.report(hostId, { timings: times(4000, 50) });
  expect(await known()).toEqual(times(4000, 50));
  await first.report(hostId, { timings: times(4100, 51) });
  expect(await known()).toEqual(times(4000, 50));
  await first.report(hostId, { timings: times(9000, 51) });
  expect(await known()).toEqual(times(9000, 51));
  expect(shop.hosts().list()[0]?.loads?.get(paper)).toBe(9000);
  await shop.restart();
  expect(await known()).toEqual(times(9000, 51));
});

test('a host that failed is tried out with one job; one that ends well opens it again', async () => {
  await using shop = await workshop();
  const holder = await shop.holder('first');
  const { ids } = await shop.submit({}, { count: 3, lane: 'batch' });
  const begun = await holder.begin();
  await holder.fail(begun, 'host', { code: 'host_failed', message: 'It went away.' });
  shop.skip(10_000);
  expect(shop.hosts().list()[0]?.probing).toBe(true);
  await eventually(
    async () => {
      const views = await Promise.all(ids.map((id) => shop.job(id)));
      expect(views.filter((job) => job.status === 'dispatched' || job.status === 'running')).toHaveLength(1);
    },
    { timeoutMs: 15_000 },
  );
  begun.end();
  const probe = await holder.begin();
  await holder.post(probe);
  await holder.complete(probe);
  probe.end();
  await eventually(() => expect(shop.hosts().list()[0]?.probing).toBe(false));
});
