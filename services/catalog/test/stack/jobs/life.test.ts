import { catalogRpc } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { inkwell, paper, workshop } from './workshop.ts';

test('a recipe becomes a job, goes to the host that answers, and ends as a picture', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const { ids, jobs, replayed } = await shop.submit({
    owner: { category: 'characters', slug: 'elke' },
    seed: 42,
  });
  expect(replayed).toBe(false);
  // A host is free: the answer and the placement meet.
  expect(['waiting', 'dispatched']).toContain(jobs[0]?.status);
  expect(jobs[0]).toMatchObject({
    label: 'Elke',
    seed: 42,
    checkpoint: paper,
    owner: { category: 'characters', slug: 'elke', name: 'Elke' },
  });

  const started = await holder.begin();
  expect(started).toMatchObject({
    jobId: ids[0],
    attempt: 1,
    earlier: [],
    front: false,
    folder: 'characters/elke',
  });
  expect(await shop.job(started.jobId)).toMatchObject({
    status: 'running',
    attempts: 1,
    host: { name: 'Atelier' },
    reason: null,
  });
  await holder.post(started);
  const images = await holder.store(started);
  expect(await holder.complete(started, images)).toBe('accepted');
  expect(await holder.complete(started, images), 'the same completion again').toBe('already');

  const done = await shop.job(started.jobId);
  expect(done).toMatchObject({
    status: 'done',
    error: null,
    notes: ['face pass skipped'],
    prompts: { main: 'a lantern' },
  });
  expect(done.images.map((image) => image.id)).toEqual([`${started.jobId}-1-0`]);
  expect(done.attempt_history).toMatchObject([
    { number: 1, holder: 'first', status: 'done', host: { name: 'Atelier' } },
  ]);
  const statuses = (await shop.eventsOf('job.changed')).map((event) => event.job.status);
  // Steps within one moment are one event; none is told out of order, and the end is always told.
  const told = [...new Set(statuses)];
  expect(told).toEqual(
    ['waiting', 'dispatched', 'running', 'done'].filter((step) => told.some((one) => one === step)),
  );
  expect(told.at(-1)).toBe('done');
  expect(await shop.eventsOf('image.created')).toHaveLength(1);
});

test('a batch counts its seed up and keeps its order', async () => {
  await using shop = await workshop();
  const { jobs, ids } = await shop.submit({ seed: 7 }, { count: 5, label: 'Five of them' });
  expect(jobs.map((job) => job.seed)).toEqual([7, 8, 9, 10, 11]);
  expect(ids).toEqual([...ids].sort());
  expect(ids.every((id) => /^[a-z0-9]+$/.test(id))).toBe(true);
  expect(new Set(jobs.map((job) => job.label))).toEqual(new Set(['Five of them']));
  const unseeded = await shop.submit({}, { count: 3 });
  expect(new Set(unseeded.jobs.map((job) => job.seed)).size).toBe(3);
});

test('a preset renders into its own folder and owns its pictures', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit({ preset: 'evening' });
  const started = await holder.begin();
  expect(started.folder).toBe('presets/evening');
  await holder.render(started);
  expect((await shop.job(started.jobId)).images[0]?.owner).toMatchObject({
    category: 'presets',
    slug: 'evening',
  });
});

test('the same Idempotency-Key is the same batch, with another body it is refused, and two at once are one', async () => {
  await using shop = await workshop();
  const idempotency = { principal: 'key:1', route: 'POST /jobs', key: 'abc', body_hash: 'h1' };
  const both = await Promise.all([
    shop.submit({}, { count: 2, idempotency }),
    shop.submit({}, { count: 2, idempotency }),
  ]);
  expect(both.map((answer) => answer.replayed).sort()).toEqual([false, true]);
  expect(both[0].ids).toEqual(both[1].ids);
  expect((await shop.submit({}, { count: 2, idempotency })).ids).toEqual(both[0].ids);
  await expect(shop.submit({}, { idempotency: { ...idempotency, body_hash: 'h2' } })).rejects.toMatchObject({
    code: 'idempotency_mismatch',
  });
  expect((await shop.ask(catalogRpc.jobsList, {})).items).toHaveLength(2);
});

test('requests of one run share a batch, and a repeated one finds its own jobs in it', async () => {
  await using shop = await workshop();
  const batch = { id: 'run-of-covers', label: 'Covers of characters' };
  const keyed = (key: string) => ({
    batch,
    idempotency: { principal: 'key:1', route: 'POST /covers', key, body_hash: 'h' },
  });
  const [elke, rain, paper] = await Promise.all([
    shop.submit({ owner: { category: 'characters', slug: 'elke' } }, keyed('elke')),
    shop.submit(
      { owner: { category: 'characters', slug: 'elke' }, extra_positive: 'rain' },
      keyed('elke in the rain'),
    ),
    shop.submit({ owner: { category: 'checkpoints', slug: 'paper_safetensors' } }, keyed('paper')),
  ]);
  expect([elke.batch_id, paper.batch_id]).toEqual([batch.id, batch.id]);
  const { items } = await shop.ask(catalogRpc.jobsList, { batch_id: batch.id });
  expect(new Set(items.map(({ id }) => id))).toEqual(new Set([...elke.ids, ...rain.ids, ...paper.ids]));
  const again = await shop.submit({ owner: { category: 'characters', slug: 'elke' } }, keyed('elke'));
  expect(again).toMatchObject({ replayed: true, ids: elke.ids });
  expect(await shop.on.db.selectFrom('batch').select(['label', 'count']).executeTakeFirst()).toEqual({
    label: batch.label,
    count: 3,
  });
});

test('a job waits and says why while no host answers, and goes on when one does', async () => {
  await using shop = await workshop();
  const { ids } = await shop.submit();
  const [id = ''] = ids;
  await eventually(async () => expect((await shop.job(id)).reason).toContain('No generator is running'));
  const holder = shop.bareHolder('late');
  const [host] = await holder.ask();
  await holder.report(host?.host_id ?? '', {
    state: 'down',
    reason: 'Atelier at http://127.0.0.1:9001: the connection was refused.',
  });
  await eventually(async () =>
    expect((await shop.job(id)).reason).toBe(
      'No ComfyUI host answers. Start ComfyUI at http://127.0.0.1:9001; the work goes on by itself.',
    ),
  );
  holder.pull(host?.host_id ?? '');
  await holder.report(host?.host_id ?? '', { state: 'up', reason: 'It answers.', files: [paper] });
  expect((await holder.begin()).jobId).toBe(id);
});

test('a file that no host has is refused at once where that is certain, and waited for where it is not', async () => {
  await using shop = await workshop({
    comfyUrls: ['Atelier=http://127.0.0.1:9001', 'Cellar=http://127.0.0.1:9002'],
  });
  const holder = await shop.holder('first', [paper]);
  await expect(shop.submit({ checkpoint: 'folder/none.safetensors' })).rejects.toMatchObject({
    code: 'no_host_has_file',
    file: 'folder/none.safetensors',
  });
  const cellar = holder.held.find((host) => host.name === 'Cellar')?.host_id ?? '';
  await holder.report(cellar, { state: 'down', reason: 'gone' });
  const { ids } = await shop.submit({ checkpoint: 'folder/none.safetensors' });
  const [id = ''] = ids;
  await eventually(async () =>
    expect((await shop.job(id)).reason).toContain('no host has folder/none.safetensors'),
  );
  // The other slash is the same file.
  await holder.report(cellar, {
    state: 'up',
    reason: 'It answers.',
    files: [paper, 'folder\\none.safetensors'],
  });
  expect((await holder.begin()).hostId).toBe(cellar);
});

test('a finished picture becomes the cover where the recipe says so, and everybody hears of it', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const owner = { category: 'characters' as const, slug: 'elke' };
  await shop.submit({ owner, cover: 'keep' });
  await holder.render(await holder.begin());
  expect(await shop.eventsOf('entity.changed')).toEqual([]);
  await shop.submit({ owner, cover: 'replace' });
  const started = await holder.begin();
  await holder.render(started);
  const [told] = await shop.eventsOf('entity.changed');
  expect(told?.entity).toMatchObject({ slug: 'elke', cover: { kind: 'own' } });
  expect(told?.entity.cover?.url).toContain(`gen_${started.jobId}_1_0.png`);
  expect((await shop.job(started.jobId)).cover_thumb_url).toContain(`gen_${started.jobId}`);
});

test('at most two jobs are outstanding on a host; what a person waits for comes third and in front', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit({}, { count: 4, lane: 'batch' });
  const first = await holder.begin();
  const second = await holder.begin();
  await eventually(async () =>
    expect((await shop.ask(catalogRpc.queuesGet, {})).queues[0]).toMatchObject({
      kind: 'image',
      waiting: 2,
      running: 2,
    }),
  );
  await eventually(async () =>
    expect((await shop.ask(catalogRpc.hostsList, {})).hosts[0]).toMatchObject({ running: 1, prefetched: 1 }),
  );
  const { ids } = await shop.submit({ checkpoint: inkwell });
  const third = await holder.begin();
  expect(third).toMatchObject({ jobId: ids[0], front: true });
  const waiting = await shop.ask(catalogRpc.jobsList, { status: ['waiting'] });
  await eventually(async () =>
    expect(
      (await shop.ask(catalogRpc.jobsList, { status: ['waiting'] })).items.map((job) => job.reason).join(),
    ).toMatch(/\d ahead on Atelier, about \d+ (s|min)/),
  );
  expect(waiting.items).toHaveLength(2);
  for (const job of [first, third, second]) await holder.render(job);
});

test('jobs are listed newest first, in pages that neither skip nor repeat', async () => {
  await using shop = await workshop();
  const all: string[] = [];
  for (let i = 0; i < 3; i++) all.push(...(await shop.submit({}, { count: 4 })).ids);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await shop.ask(catalogRpc.jobsList, {
      limit: 5,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...page.items.map((job) => job.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual([...all].sort().reverse());
  await expect(shop.ask(catalogRpc.jobsList, { cursor: 'nonsense' })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test(verifies('R2', 'what was answered is durable: a catalog that starts anew places it'), async () => {
  await using shop = await workshop();
  const { ids } = await shop.submit({}, { count: 3 });
  await shop.restart();
  const holder = await shop.holder();
  const rendered: string[] = [];
  for (let i = 0; i < 3; i++) {
    const started = await holder.begin();
    await holder.render(started);
    rendered.push(started.jobId);
  }
  expect(rendered).toEqual(ids);
});
