import { llmJobsRpc, llmRpc } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { stoppingAfter, textOf } from '../../support/editing.ts';
import { usersOf } from '../../../src/llm/known-files.ts';
import { elke, entryResult, llmWorkshop, tagsResult } from './workshop.ts';
import type { LlmWorkshop } from './workshop.ts';

const loras = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `Illustrious/Looks/l${i}.safetensors`);

async function have(shop: LlmWorkshop, files: readonly string[]): Promise<void> {
  await shop.on.db
    .insertInto('model_file')
    .values(
      files.map((name) => ({
        ...{ kind: 'lora' as const, name, bytes: 1, mtime_ms: 1, inode: name, triggers: ['lx'] },
        ...{
          title: null,
          base_model: 'sdxl',
          resolution: null,
          header_sha256: null,
          sha256: null,
          problem: null,
        },
        tags: JSON.stringify([{ tag: '1girl', count: 9 }]),
      })),
    )
    .execute();
}

async function workOn(shop: LlmWorkshop, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const begun = await shop.begin();
    // All of the same name: files and ids have to be told apart all the same.
    await shop.complete(begun, entryResult(begun.task, 'Nameless', { identity: { hair: 'black hair' } }));
  }
}

test(
  verifies(
    'llm.bulk-create',
    'one entry per file, never two; files in use are left out; asked again it queues what is missing',
  ),
  async () => {
    await using shop = await llmWorkshop();
    const files = loras(6);
    await have(shop, files);
    const request = { category: 'characters', files, review: 'apply' } as const;
    const odd = ['../x.safetensors', 'Illustrious/Looks/nowhere.safetensors', files[0] ?? ''];
    const first = await shop.ask(llmJobsRpc.bulkCreate, {
      ...request,
      files: [...files.slice(0, 3), ...odd],
    });
    expect(first.queued).toBe(3);
    expect(first.skipped.map(({ item }) => item).sort()).toEqual(odd.slice(0, 2));
    const second = await shop.ask(llmJobsRpc.bulkCreate, request);
    expect(second, 'queued ones are left out').toMatchObject({ queued: 3, skipped_count: 3 });
    const begun = await shop.begin();
    expect(begun.task).toMatchObject({
      file: {
        name: files[0],
        triggers: ['lx'],
        training_tags: [{ tag: '1girl', count: 9 }],
        base_model: 'sdxl',
      },
    });
    await shop.complete(
      begun,
      entryResult(begun.task, 'Nameless', { lora: { lora_weight: 0.8, lora_triggers: 'lx' } }),
    );
    await workOn(shop, 5);
    await eventually(async () => expect(await usersOf(shop.on.db, 'lora', files)).toHaveLength(6));
    expect(new Set((await usersOf(shop.on.db, 'lora', files)).map(({ file }) => file)).size).toBe(6);
    expect(await shop.dataOf('characters', 'nameless')).toMatchObject({
      ...{ character_id: 'nameless', character_name: 'Nameless' },
      lora: { lora_name: files[0], lora_weight: 0.8, lora_triggers: 'lx' },
    });
    expect(await shop.revisions('characters')).toHaveLength(6);
    const third = await shop.ask(llmJobsRpc.bulkCreate, request);
    expect(third).toMatchObject({ batch_id: null, queued: 0, skipped_count: 6 });
  },
);

test('a file that got its entry meanwhile does not get a second one', async () => {
  await using shop = await llmWorkshop();
  const [file = ''] = loras(1);
  await have(shop, [file]);
  await shop.ask(llmJobsRpc.bulkCreate, { category: 'characters', files: [file], review: 'apply' });
  const begun = await shop.begin();
  await shop.on.data.put('looks', 'own.json', {
    look_id: 'own',
    look_name: 'Own',
    lora: { lora_name: file },
  });
  await shop.on.library.scan();
  await shop.complete(begun, entryResult(begun.task, 'Second', {}));
  await shop.until(begun.jobId, 'done');
  expect(await usersOf(shop.on.db, 'lora', [file])).toMatchObject([{ category: 'looks', slug: 'own' }]);
  expect((await shop.ask(llmJobsRpc.drafts, {})).items).toMatchObject([
    { id: begun.jobId, state: 'waiting' },
  ]);
});

test('overwrite goes over the entry that uses the file: its id, its LoRA and unknown keys stay', async () => {
  await using shop = await llmWorkshop();
  const [file = ''] = loras(1);
  await have(shop, [file]);
  await shop.on.data.put('characters', 'elke.json', {
    ...elke,
    lora: { lora_name: file.replaceAll('/', '\\'), lora_weight: 1 },
  });
  await shop.on.library.scan();
  const request = { category: 'characters' as const, files: [file], review: 'apply' as const };
  expect(await shop.ask(llmJobsRpc.bulkCreate, request)).toMatchObject({ queued: 0, skipped_count: 1 });
  await shop.ask(llmJobsRpc.bulkCreate, { ...request, overwrite: true });
  const begun = await shop.begin();
  if (begun.task.kind !== 'bulk_create') throw new Error('another task');
  expect(begun.task.existing?.slug).toBe('elke');
  const data = {
    ...begun.task.existing?.data,
    identity: { hair: 'golden hair' },
    character_id: 'stolen',
    own_notes: 'gone',
  };
  await shop.complete(begun, entryResult(begun.task, 'Elke', data));
  expect(await shop.dataOf('characters', 'elke')).toEqual({
    ...{ ...elke, identity: { hair: 'golden hair' } },
    lora: { lora_name: file.replaceAll('/', '\\'), lora_weight: 1 },
  });
});

for (const step of ['pending', 'renamed', 'committed'] as const) {
  test(
    verifies(
      'llm.exactly-once',
      `the catalog ends after «${step}» of a new file: one file, one revision, the job done`,
    ),
    async () => {
      await using shop = await llmWorkshop();
      const [file = ''] = loras(1);
      await have(shop, [file]);
      const reached = Promise.withResolvers<undefined>();
      await shop.restart((writing) => {
        const stopping = stoppingAfter(writing, step);
        void stopping.reached.then(() => reached.resolve(undefined));
        return stopping.writing;
      });
      await shop.ask(llmJobsRpc.bulkCreate, { category: 'characters', files: [file], review: 'apply' });
      const begun = await shop.begin();
      const result = entryResult(begun.task, 'Nameless', { identity: { hair: 'black hair' } });
      void shop.complete(begun, result).catch(() => undefined);
      await reached.promise;
      await shop.abandon();
      const done = await shop.until(begun.jobId, 'done');
      expect(done.owner).toMatchObject({ slug: 'nameless' });
      expect(await usersOf(shop.on.db, 'lora', [file])).toHaveLength(1);
      expect(await shop.revisions('characters')).toHaveLength(1);
      const repeated = await shop.ask(llmRpc.start, { job_id: begun.jobId, dispatch: 1, holder: 'w2' });
      expect(repeated).toEqual({ outcome: 'refused', reason: 'finished' });
    },
  );
}

test(
  verifies(
    'llm.exactly-once',
    'the catalog ends between the rename of an edited file and its commit: one revision, and later edits stay',
  ),
  async () => {
    await using shop = await llmWorkshop();
    const reached = Promise.withResolvers<undefined>();
    await shop.restart((writing) => {
      const stopping = stoppingAfter(writing, 'renamed');
      void stopping.reached.then(() => reached.resolve(undefined));
      return stopping.writing;
    });
    await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slug: 'elke' });
    const begun = await shop.begin();
    void shop
      .complete(begun, tagsResult(begun.task, { origin_series: 'Harbour Tales' }))
      .catch(() => undefined);
    await reached.promise;
    const written = await textOf(shop.on, 'characters', 'elke.json');
    // Somebody goes on from there before the catalog is back.
    await shop.on.data.put('characters', 'elke.json', written.replace('Harbour Tales', 'My Tales'));
    await shop.abandon();
    await shop.until(begun.jobId, 'done');
    expect(await textOf(shop.on, 'characters', 'elke.json')).toContain('My Tales');
    expect(await shop.revisions('characters')).toHaveLength(1);
  },
);
