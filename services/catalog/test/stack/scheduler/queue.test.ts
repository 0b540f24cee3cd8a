import { catalogRpc } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { inkwell, paper, workshop } from '../jobs/workshop.ts';

test('a host goes on with the checkpoint that it has before it loads another', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const hostId = holder.held[0]?.host_id ?? '';
  await holder.report(hostId, { loaded_checkpoint: inkwell });
  await shop.ask(catalogRpc.queuesPause, { kind: 'image', paused: true });
  for (const checkpoint of [paper, inkwell, paper, inkwell])
    await shop.submit({ checkpoint }, { lane: 'batch' });
  await shop.ask(catalogRpc.queuesPause, { kind: 'image', paused: false });
  const rendered: (string | null)[] = [];
  for (let i = 0; i < 4; i++) {
    const started = await holder.begin();
    rendered.push((await shop.job(started.jobId)).checkpoint);
    await holder.post(started);
    await holder.complete(started);
    await holder.report(hostId, { loaded_checkpoint: rendered.at(-1) ?? null });
    holder.letGo(started);
  }
  expect(rendered).toEqual([inkwell, inkwell, paper, paper]);
});

test('several thousand waiting jobs: the next one is out as soon as a place is free', async () => {
  await using shop = await workshop();
  const { ids } = await shop.submit({}, { lane: 'batch' });
  // Copies of a real one: what is measured is the queue and not its filling.
  const columns = sql.raw(
    'batch_id, ordinal, kind, status, lane, label, snapshot, template_hash, files, checkpoint, fair_ms',
  );
  await sql`INSERT INTO job (id, ${columns})
    SELECT id || 'x' || lpad(n::text, 5, '0'), ${columns} FROM job, generate_series(1, 4000) AS n WHERE id = ${ids[0]}`.execute(
    shop.on.db,
  );
  await shop.restart();
  const holder = await shop.holder();
  const times: number[] = [];
  const first = await holder.begin();
  let previous = await holder.begin();
  await holder.render(first);
  for (let i = 0; i < 10; i++) {
    const next = await holder.begin();
    const began = performance.now();
    await holder.render(previous);
    await eventually(() => expect(holder.deliveries.length).toBeGreaterThan(0), { everyMs: 2 });
    times.push(performance.now() - began);
    previous = next;
  }
  times.sort((a, b) => a - b);
  // Completion, placement and delivery together, on a machine that may be busy: a queue that is read whole takes longer.
  expect(times[5]).toBeLessThan(1000);
  const { queues } = await shop.ask(catalogRpc.queuesGet, {});
  expect(queues[0]?.waiting).toBeGreaterThan(3900);
});

test('the fullness of the queue is told when it changes', async () => {
  await using shop = await workshop();
  await shop.submit({}, { count: 3 });
  await eventually(async () =>
    expect((await shop.eventsOf('queue.changed')).at(-1)?.queue).toMatchObject({
      kind: 'image',
      waiting: 3,
      paused: false,
    }),
  );
  await shop.ask(catalogRpc.jobsCancel, { all_waiting: true });
  await eventually(async () =>
    expect((await shop.eventsOf('queue.changed')).at(-1)?.queue).toMatchObject({ waiting: 0 }),
  );
});
