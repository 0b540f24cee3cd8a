import { catalogRpc, llmJobsRpc, llmRpc, streams, subjects } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { edit, textOf } from '../../support/editing.ts';
import { elke, entryResult, llmWorkshop, tagsResult } from './workshop.ts';

test(
  verifies(
    'llm.regenerate',
    'tags of one entry: untouched fields keep their bytes, and there is one revision',
  ),
  async () => {
    await using shop = await llmWorkshop();
    const before = await textOf(shop.on, 'characters', 'elke.json');
    const submitted = await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const [view] = submitted.jobs;
    expect(view).toMatchObject({
      ...{ kind: 'llm', lane: 'interactive', label: 'Tags of Elke' },
      owner: { category: 'characters', slug: 'elke', name: 'Elke' },
    });
    const begun = await shop.begin();
    expect(begun.task).toMatchObject({ kind: 'regenerate_tags', slug: 'elke', data: elke });
    expect((await shop.job(begun.jobId)).status).toBe('running');
    expect(await shop.complete(begun, tagsResult(begun.task, { origin_series: 'Harbour Tales' }))).toBe(
      'accepted',
    );

    const done = await shop.until(begun.jobId, 'done');
    expect(done.attempt_history).toMatchObject([{ number: 1, status: 'done', holder: 'w1' }]);
    const after = await textOf(shop.on, 'characters', 'elke.json');
    expect(after).toBe(before.replace('Old Tales', 'Harbour Tales'));
    expect(await shop.revisions('characters')).toEqual([{ slug: 'elke', made_by: `llm: ${begun.jobId}` }]);
    expect(
      await shop.complete(begun, tagsResult(begun.task, { origin_series: 'Other Tales' })),
      'again',
    ).toBe('already');
    expect(await textOf(shop.on, 'characters', 'elke.json')).toBe(after);
  },
);

test(
  verifies(
    'llm.merge',
    'an edit of another field meanwhile is merged; one of the same field makes the result wait',
  ),
  async () => {
    await using shop = await llmWorkshop();
    await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const first = await shop.begin();
    await edit(shop.on.writing, { type: 'patch', patch: { identity: { hair: 'red hair' } } });
    await shop.complete(first, tagsResult(first.task, { origin_series: 'Harbour Tales' }));
    expect(await shop.dataOf('characters', 'elke')).toMatchObject({
      identity: { hair: 'red hair' },
      tags: { origin_series: 'Harbour Tales' },
    });

    await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const second = await shop.begin();
    await edit(shop.on.writing, { type: 'patch', patch: { tags: { origin_series: 'Mine' } } });
    await shop.complete(second, tagsResult(second.task, { origin_series: 'Theirs', origin_type: 'book' }));
    const done = await shop.until(second.jobId, 'done');
    expect(done.notes).toContain('The result waits for review.');
    expect(await shop.dataOf('characters', 'elke')).toMatchObject({
      tags: { origin_series: 'Mine', origin_type: '' },
    });
    const { items } = await shop.ask(llmJobsRpc.drafts, {});
    expect(items).toMatchObject([{ id: second.jobId, state: 'waiting', change_count: 2 }]);

    await expect(shop.ask(llmJobsRpc.draftApply, { id: second.jobId })).rejects.toMatchObject({
      code: 'conflict',
    });
    await shop.ask(llmJobsRpc.draftApply, { id: second.jobId, pointers: ['/tags/origin_type'] });
    expect(await shop.dataOf('characters', 'elke')).toMatchObject({
      tags: { origin_series: 'Mine', origin_type: 'book' },
    });
  },
);

test(
  verifies('llm.review', 'a bulk run waits for review with its diff; a draft is applied once, or discarded'),
  async () => {
    await using shop = await llmWorkshop();
    await shop.on.data.put('characters', 'tamsin.json', {
      ...elke,
      character_id: 'tamsin',
      character_name: 'Tamsin',
    });
    await shop.on.library.scan();
    const submitted = await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters' });
    expect(submitted).toMatchObject({ queued: 2, skipped: [] });
    expect(submitted.jobs.map((job) => job.lane)).toEqual(['batch', 'batch']);
    const again = await shop.ask(llmJobsRpc.regenerateTags, {});
    expect(again, 'what is queued is not queued twice').toMatchObject({
      batch_id: null,
      queued: 0,
      skipped_count: 2,
    });

    for (const series of ['One', 'Two']) {
      const begun = await shop.begin();
      await shop.complete(begun, tagsResult(begun.task, { origin_series: series }));
      await shop.until(begun.jobId, 'done');
    }
    expect(await shop.dataOf('characters', 'elke')).toMatchObject({ tags: { origin_series: 'Old Tales' } });
    const { items } = await shop.ask(llmJobsRpc.drafts, {});
    expect(items).toHaveLength(2);
    const draft = items.find(({ slug }) => slug === 'elke');
    const other = items.find(({ slug }) => slug === 'tamsin');
    expect(draft?.changes).toEqual([
      {
        pointer: '/tags/origin_series',
        before: 'Old Tales',
        after: expect.stringMatching(/One|Two/) as string,
      },
    ]);
    const id = draft?.id ?? '';
    const applied = await Promise.all([
      shop.ask(llmJobsRpc.draftApply, { id }),
      shop.ask(llmJobsRpc.draftApply, { id }),
    ]);
    expect(new Set(applied.map(({ entity }) => entity.revision)).size).toBe(1);
    expect(await shop.revisions('characters')).toHaveLength(1);
    expect(await shop.ask(llmJobsRpc.draftDiscard, { id: other?.id ?? '' })).toMatchObject({
      state: 'discarded',
    });
    expect((await shop.ask(llmJobsRpc.drafts, {})).items).toEqual([]);
    await expect(shop.ask(llmJobsRpc.draftApply, { id: other?.id ?? '' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(shop.ask(llmJobsRpc.draftDiscard, { id })).rejects.toMatchObject({ code: 'conflict' });
  },
);

test('the setting decides for one entry, and the request over it', async () => {
  await using shop = await llmWorkshop();
  await shop.ask(catalogRpc.settingsSet, { llm_review: 'review' });
  await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
  const first = await shop.begin();
  await shop.complete(first, tagsResult(first.task, { origin_series: 'A' }));
  expect((await shop.ask(llmJobsRpc.drafts, {})).items).toHaveLength(1);
  await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke', review: 'apply' });
  const second = await shop.begin();
  await shop.complete(second, tagsResult(second.task, { origin_series: 'B' }));
  expect(await shop.dataOf('characters', 'elke')).toMatchObject({ tags: { origin_series: 'B' } });
});

test(
  verifies(
    'llm.create',
    'an entry from a description has an id of ours, every field, and nothing that was not asked for',
  ),
  async () => {
    await using shop = await llmWorkshop();
    const wanted = {
      category: 'characters',
      description: 'A keeper of a lighthouse.',
      name: 'Elke',
    } as const;
    await shop.ask(llmJobsRpc.create, wanted);
    const begun = await shop.begin();
    await shop.complete(
      begun,
      entryResult(begun.task, 'Somebody else', {
        ...{ character_id: '../../etc/passwd', character_name: 'Somebody else', file: 'x.json' },
        identity: { hair: 'grey hair', secret: 'x' },
        lora: { lora_name: '../stolen.safetensors', lora_weight: 0.7 },
        tags: { origin_series: 'Sea', is_favourite: true },
        is_favourite: true,
      }),
    );
    const done = await shop.until(begun.jobId, 'done');
    // The id «elke» is taken: the next one is.
    expect(done.owner).toMatchObject({ category: 'characters', slug: 'elke_02' });
    const data = await shop.dataOf('characters', 'elke_02');
    expect(data).toMatchObject({
      ...{ character_id: 'elke_02', character_name: 'Elke' },
      identity: { hair: 'grey hair', eyes: '' },
      lora: { lora_name: '', lora_weight: 0.7 },
      tags: { origin_series: 'Sea', nsfw: false },
    });
    expect(Object.keys(data)).not.toEqual(expect.arrayContaining(['file', 'is_favourite']));
    expect(data.identity).not.toHaveProperty('secret');
    expect(data.tags).not.toHaveProperty('is_favourite');
    const draft = await shop.ask(llmJobsRpc.draft, { id: begun.jobId });
    expect(draft.refused.map(({ pointer }) => pointer).sort()).toEqual([
      ...[
        '/character_id',
        '/file',
        '/identity/secret',
        '/is_favourite',
        '/lora/lora_name',
        '/tags/is_favourite',
      ],
    ]);
  },
);

test('a result of another task is refused as a whole, and the job can fail for it', async () => {
  await using shop = await llmWorkshop();
  await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
  const begun = await shop.begin();
  const result = tagsResult(begun.task, { origin_series: 'X' });
  await expect(shop.complete(begun, { ...result, slug: 'tamsin' } as typeof result)).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(await shop.fail(begun, 'permanent')).toBe('failed');
  expect(await shop.dataOf('characters', 'elke')).toEqual(elke);
});

test(
  verifies('llm.attempts', 'the fifth counted failure fails the job with its history; a retry begins anew'),
  async () => {
    await using shop = await llmWorkshop();
    await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const interrupted = await shop.begin();
    expect(await shop.fail(interrupted, 'interrupted')).toBe('waiting');
    let id = interrupted.jobId;
    for (let attempt = 1; attempt <= 5; attempt++) {
      await shop.hurry();
      await shop.ask(catalogRpc.queuesPause, { kind: 'llm', paused: false });
      const begun = await shop.begin();
      id = begun.jobId;
      expect(await shop.fail(begun, 'provider', 3600)).toBe(attempt === 5 ? 'failed' : 'waiting');
      expect(await shop.fail(begun, 'provider'), 'an older attempt says nothing more').toBe('stale');
    }
    const failed = await shop.job(id);
    expect(failed.error).toMatchObject({ code: 'llm_failed', details: { attempts: { length: 6 } } });
    await shop.ask(catalogRpc.jobsRetry, { job_id: id });
    const again = await shop.begin();
    expect(again.attempt).toBe(7);
    await shop.complete(again, tagsResult(again.task, { origin_series: 'At last' }));
    await shop.until(id, 'done');
  },
);

test(
  verifies(
    'llm.steer',
    'few are handed out; pause takes back what has not begun, the front goes first, cancel ends',
  ),
  async () => {
    await using shop = await llmWorkshop();
    for (let i = 0; i < 8; i++)
      await shop.on.data.put('scenes', `s${i}.json`, { scene_id: `s${i}`, scene_name: `S${i}` });
    await shop.on.library.scan();
    await shop.ask(catalogRpc.queuesPause, { kind: 'llm', paused: true });
    const { jobs } = await shop.ask(llmJobsRpc.regenerateTags, { category: 'scenes' });
    expect((await shop.job(jobs[0]?.id ?? '')).reason).toContain('paused');
    const last = jobs.at(-1)?.id ?? '';
    await shop.ask(catalogRpc.jobsFront, { job_id: last });
    await shop.ask(catalogRpc.queuesPause, { kind: 'llm', paused: false });
    const first = await shop.begin();
    expect(first.jobId).toBe(last);
    await eventually(async () => {
      const { queues } = await shop.ask(catalogRpc.queuesGet, {});
      expect(queues.find(({ kind }) => kind === 'llm')).toMatchObject({
        running: 1,
        dispatched: 3,
        waiting: 4,
      });
    });
    await shop.ask(catalogRpc.queuesPause, { kind: 'llm', paused: true });
    const { queues } = await shop.ask(catalogRpc.queuesGet, {});
    expect(queues.find(({ kind }) => kind === 'llm')).toMatchObject({
      running: 1,
      dispatched: 0,
      waiting: 7,
    });

    await shop.ask(catalogRpc.jobsCancel, { job_ids: [first.jobId] });
    expect((await shop.job(first.jobId)).status).toBe('cancelling');
    await eventually(() => expect(shop.cancelled).toContain(first.jobId));
    const beat = await shop.ask(llmRpc.beat, {
      v: 1,
      replica: 'w1',
      attempts: [{ job_id: first.jobId, attempt: 1 }],
    });
    expect(beat).toMatchObject({ stale: [], cancel: [first.jobId] });
    expect(await shop.fail(first, 'interrupted')).toBe('cancelled');
    await shop.ask(catalogRpc.jobsCancel, { all_waiting: true });
    for (const { id } of jobs) expect((await shop.job(id)).status).toBe('cancelled');
  },
);

test('progress is told on the bus, and an attempt that gave way hears that it is stale', async () => {
  await using shop = await llmWorkshop();
  const heard: unknown[] = [];
  shop.bus.asker.subscribe(subjects.allProgress, {
    callback: (_error, message) => void heard.push(message.json()),
  });
  await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
  const begun = await shop.begin();
  const say = (attempt: number) =>
    shop.ask(llmRpc.progress, {
      ...{ job_id: begun.jobId, attempt },
      progress: { phase: 'tools', turn: 2, max_turns: 10, tools: ['search_tags'], tokens: 50 },
    });
  expect((await say(1)).outcome).toBe('go');
  await eventually(() =>
    expect(heard).toMatchObject([
      { job_id: begun.jobId, phase: 'tools', step: 2, steps: 10, node: 'search_tags' },
    ]),
  );
  // Its message came again: a second worker takes over.
  const taken = await shop.ask(llmRpc.start, { job_id: begun.jobId, dispatch: 1, holder: 'w2' });
  expect(taken).toMatchObject({ outcome: 'start', attempt: 2 });
  expect((await say(1)).outcome).toBe('stale');
  expect(await shop.complete(begun, tagsResult(begun.task, { origin_series: 'Late' }))).toBe('refused');
  expect(await shop.dataOf('characters', 'elke')).toEqual(elke);
});

test(
  verifies(
    'llm.submit',
    'the same key queues its work once; another body under it is refused; a queue that was lost is refilled',
  ),
  async () => {
    await using shop = await llmWorkshop();
    const idempotency = { principal: 'p', route: 'POST /x', key: 'k', body_hash: 'h' };
    const request = { category: 'characters', slug: 'elke', idempotency } as const;
    const answers = await Promise.all([1, 2, 3].map(() => shop.ask(llmJobsRpc.regenerateTags, request)));
    expect(new Set(answers.map((answer) => answer.batch_id)).size).toBe(1);
    expect(answers.map((answer) => answer.replayed).sort()).toEqual([false, true, true]);
    await expect(
      shop.ask(llmJobsRpc.regenerateTags, {
        ...request,
        idempotency: { ...idempotency, body_hash: 'other' },
      }),
    ).rejects.toMatchObject({ code: 'idempotency_mismatch' });

    const delivery = await shop.next();
    const manager = await jetstreamManager(shop.bus.nc);
    await manager.streams.purge(streams.llm.name);
    await shop.restart();
    const sent = await shop.next();
    expect(sent.message).toMatchObject({ job_id: delivery.message.job_id, dispatch: 2 });
    const old = await shop.ask(llmRpc.start, { job_id: delivery.message.job_id, dispatch: 1, holder: 'w1' });
    expect(old).toEqual({ outcome: 'refused', reason: 'superseded' });
    delivery.end({ type: 'ack' });
    sent.end({ type: 'nak', delayMs: 0 });
  },
);

test('a worker that falls silent loses its job to another one; the attempt counts', async () => {
  await using shop = await llmWorkshop();
  await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
  const begun = await shop.begin();
  shop.skip(22_000);
  const next = await shop.begin();
  expect(next).toMatchObject({ jobId: begun.jobId, attempt: 2 });
  const { counted_attempts: counted } = await shop.on.db
    .selectFrom('job')
    .select('counted_attempts')
    .where('id', '=', begun.jobId)
    .executeTakeFirstOrThrow();
  expect(counted).toBe(1);
  expect(await shop.complete(begun, tagsResult(begun.task, { origin_series: 'Late' }))).toBe('refused');
  expect(await shop.complete(next, tagsResult(next.task, { origin_series: 'New' }))).toBe('accepted');
});

test(
  verifies(
    'llm.transcript',
    'each attempt leaves its transcript, without what looks like a secret and never too long',
  ),
  async () => {
    await using shop = await llmWorkshop();
    await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const begun = await shop.begin();
    const secret = 'sk-or-v1-0123456789abcdef0123456789abcdef';
    await shop.complete(begun, tagsResult(begun.task, { origin_series: 'New' }), {
      messages: [
        { role: 'user', content: `Authorization: Bearer ${secret}` },
        { role: 'assistant', content: 'a, '.repeat(60_000) },
        { role: 'assistant', content: 'b, '.repeat(60_000) },
        { role: 'assistant', content: 'c, '.repeat(60_000) },
      ],
    });
    const kept = await shop.ask(llmJobsRpc.transcript, { job_id: begun.jobId });
    expect(kept).toMatchObject({ attempt: 1, attempts: [1], transcript: { truncated: true } });
    expect(kept.transcript.messages).toHaveLength(4);
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(410_000);
    await expect(shop.ask(llmJobsRpc.transcript, { job_id: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  },
);
