import { againRpc } from '@gaze/contracts';
import type { GenerationRecord, Snapshot } from '@gaze/contracts';
import { buildPrompts } from '@gaze/domain';
import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { paper, workshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

const elke = { category: 'characters', slug: 'elke' } as const;
const withHair = (hair: string) => ({
  character_id: 'elke',
  character_name: 'Elke',
  identity: { hair },
});

/** One finished picture of Elke, whose record says what its snapshot says, as a generator writes it. */
async function picture(shop: Workshop) {
  const holder = await shop.holder();
  await shop.submit({ owner: elke, seed: 42, cover: 'replace' });
  const started = await holder.begin();
  await holder.render(started);
  const [image] = (await shop.job(started.jobId)).images;
  if (image === undefined) throw new Error('the job has no picture');
  const snapshot = await snapshotOf(shop, started.jobId);
  const { workflow } = await shop.on.db
    .selectFrom('template')
    .select('workflow')
    .where('hash', '=', snapshot.template.hash)
    .executeTakeFirstOrThrow();
  const row = await shop.on.db.selectFrom('image').select('record').executeTakeFirstOrThrow();
  const record = {
    ...row.record,
    recipe: snapshot.recipe,
    entities: snapshot.parts.map(({ category, slug, name, revision }) => ({
      category,
      slug,
      name,
      revision,
    })),
    prompts: buildPrompts(snapshot, workflow),
    template: snapshot.template,
    active_outfit: snapshot.active_outfit,
    seed: snapshot.seed,
    width: snapshot.width,
    height: snapshot.height,
    checkpoint: paper,
    loras: [],
  } as GenerationRecord;
  await shop.on.db
    .updateTable('image')
    .set({ record: JSON.stringify(record) })
    .execute();
  const again = (exactly: boolean, key?: string) =>
    shop.ask(againRpc.again, {
      ...{ image_id: image.id, exactly },
      ...(key === undefined
        ? {}
        : { idempotency: { principal: 'key:1', route: 'POST /again', key, body_hash: 'h' } }),
    });
  return { image, snapshot, record, again, jobId: started.jobId };
}

async function snapshotOf(shop: Workshop, jobId: string | undefined): Promise<Snapshot> {
  const row = await shop.on.db
    .selectFrom('job')
    .select('snapshot')
    .where('id', '=', jobId ?? '')
    .executeTakeFirstOrThrow();
  return row.snapshot;
}

async function edit(shop: Workshop, hair: string): Promise<void> {
  await shop.on.data.put('characters', 'elke.json', withHair(hair));
  await shop.on.library.scan('characters');
}

const hairOf = (snapshot: Snapshot): unknown =>
  (snapshot.parts[0]?.data['identity'] as { hair: string }).hair;

describe(verifies('images.again', 'a picture once more'), () => {
  test('exactly is the same snapshot, and changes no cover; today’s entries keep the seed', async () => {
    await using shop = await workshop();
    const { snapshot, again } = await picture(shop);
    await edit(shop, 'black hair');

    const exact = await again(true);
    expect(exact.jobs).toMatchObject([{ seed: 42, sets_cover: false, label: 'Elke', lane: 'interactive' }]);
    expect(await snapshotOf(shop, exact.jobs[0]?.id)).toEqual({
      ...snapshot,
      cover: 'keep',
      recipe: { ...snapshot.recipe, cover: 'keep' },
    });

    const today = await again(false);
    const anew = await snapshotOf(shop, today.jobs[0]?.id);
    expect([hairOf(anew), anew.seed, anew.cover]).toEqual(['black hair', 42, 'keep']);
    expect(hairOf(snapshot)).toBe('silver hair');
  });

  test('after its job is forgotten, the kept versions make the same snapshot', async () => {
    await using shop = await workshop();
    const { snapshot, again, jobId } = await picture(shop);
    await edit(shop, 'black hair');
    await shop.on.db.deleteFrom('job').where('id', '=', jobId).execute();

    const { jobs } = await again(true);
    const same = await snapshotOf(shop, jobs[0]?.id);
    expect(same).toMatchObject({ seed: 42, parts: snapshot.parts, template: snapshot.template });
    expect([same.width, same.height]).toEqual([snapshot.width, snapshot.height]);
  });

  test('says in a sentence what is not kept any more, and queues nothing', async () => {
    await using shop = await workshop();
    const { image, record, again, jobId } = await picture(shop);
    const refusal = (message: RegExp) => ({
      code: 'invalid_input',
      message: expect.stringMatching(message) as string,
    });
    await shop.on.db.deleteFrom('job').where('id', '=', jobId).execute();
    const drawn = { ...record, prompts: { ...record.prompts, main: 'other words of a wildcard' } };
    const keep = (kept: GenerationRecord | null) =>
      shop.on.db
        .updateTable('image')
        .set({ record: kept && JSON.stringify(kept) })
        .execute();
    await keep(drawn);
    await expect(again(true)).rejects.toMatchObject(refusal(/prompts would be others/));
    await keep(record);
    await edit(shop, 'black hair');
    await shop.on.db.deleteFrom('entity_revision').execute();
    await expect(again(true)).rejects.toMatchObject(refusal(/version of Elke .* is not kept any more/));
    await keep(null);
    await expect(again(false)).rejects.toMatchObject(refusal(/carries no record/));
    await expect(shop.ask(againRpc.again, { image_id: `${image.id}x`, exactly: true })).rejects.toMatchObject(
      { code: 'not_found' },
    );
    expect(await shop.on.db.selectFrom('job').select('id').execute()).toEqual([]);
  });

  test('the same key makes it once', async () => {
    await using shop = await workshop();
    const { again } = await picture(shop);
    const first = await again(true, 'k');
    const second = await again(true, 'k');
    expect([first.replayed, second.replayed]).toEqual([false, true]);
    expect(second.jobs.map(({ id }) => id)).toEqual(first.jobs.map(({ id }) => id));
  });
});
