import { catalogRpc, strengthsRpc } from '@gaze/contracts';
import type { RecipeInput } from '@gaze/contracts';
import { testLog, verifies } from '@gaze/testing';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { entityDetail } from '../../../src/library/detail.ts';
import { buildStrengths } from '../../../src/strengths/strengths.ts';
import { inkwell, paper, workshop } from './workshop.ts';

const owner = { category: 'actions', slug: 'run' } as const;
const recipe: RecipeInput = {
  owner,
  parts: { actions: [{ slug: 'run' }] },
  checkpoint: paper,
  cover: 'keep',
};
const lora = 'lora_run.safetensors';

async function studio() {
  const shop = await workshop();
  const { on, bus } = shop;
  await on.data.put('actions', 'run.json', {
    action_id: 'run',
    action_name: 'Run',
    action: { full_body: '{running|sprinting}' },
    lora: { lora_name: lora, lora_weight: 0.7, lora_triggers: 'run' },
    note: 'kept',
  });
  await on.library.scan();
  const strengths = buildStrengths({ db: on.db, images: on.images, writing: on.writing, log: testLog() });
  strengths.serve(bus.nc);
  await bus.nc.flush();
  const start = (more: { from: number; to: number; step: number }, key?: string) =>
    shop.ask(strengthsRpc.start, {
      ...owner,
      recipe,
      ...more,
      ...(key === undefined
        ? {}
        : { idempotency: { principal: 'p', route: 'r', key, body_hash: JSON.stringify(more) } }),
    });
  return {
    ...shop,
    start,
    sweeps: async () => (await shop.ask(strengthsRpc.list, owner)).sweeps,
    holder: () => shop.holder('first', [paper, inkwell, lora]),
  };
}

describe(verifies('strengths.rows', 'a sweep in the ledger'), () => {
  test('is one batch in the lane batch, with one seed and the same words; pictures get a folder of their own', async () => {
    await using shop = await studio();
    const { sweep } = await shop.start({ from: 0.4, to: 0.8, step: 0.2 });
    expect(sweep.pictures.map(({ weight }) => weight)).toEqual([0.4, 0.6, 0.8]);
    const { items } = await shop.ask(catalogRpc.jobsList, { batch_id: sweep.id });
    expect(items.map(({ lane, seed, label }) => ({ lane, seed, label }))).toEqual(
      [0.8, 0.6, 0.4].map((weight) => ({
        lane: 'batch',
        seed: sweep.seed,
        label: `Run · LoRA ${weight.toFixed(2)}`,
      })),
    );

    const holder = await shop.holder();
    for (let left = 3; left > 0; left--) {
      const started = await holder.begin();
      expect(started.folder).toBe('actions/run/strengths');
      await holder.render(started);
    }
    for (const { id } of items) await shop.until(id, 'done');
    const [listed] = await shop.sweeps();
    expect(listed).toMatchObject({ id: sweep.id, seed: sweep.seed });
    expect(
      listed?.pictures.map(({ weight, status, image }) => [
        weight,
        status,
        image?.key.split('/').slice(0, 3),
      ]),
    ).toEqual([0.4, 0.6, 0.8].map((weight) => [weight, 'done', ['actions', 'run', 'strengths']]));
    // The pictures say themselves what they are of: the history of the jobs is not needed.
    await shop.on.db.deleteFrom('job').execute();
    expect((await shop.sweeps())[0]?.pictures.map(({ weight }) => weight)).toEqual([0.4, 0.6, 0.8]);
    expect((await entityDetail(shop.on.db, owner.category, owner.slug)).cover?.kind).not.toBe('own');
  });

  test('shows what is not there yet or never will be, and why', async () => {
    await using shop = await studio();
    const { sweep } = await shop.start({ from: 0, to: 1, step: 1 });
    await shop.ask(catalogRpc.jobsCancel, { job_ids: [sweep.pictures[0]?.job_id ?? ''] });
    expect(await shop.sweeps()).toMatchObject([
      {
        id: sweep.id,
        pictures: [
          { weight: 0, status: 'cancelled', image: null },
          { weight: 1, status: 'waiting', image: null },
        ],
      },
    ]);
  });

  test('with the same key is queued once; a wrong span and an entry without LoRA queue nothing', async () => {
    await using shop = await studio();
    const first = await shop.start({ from: 0, to: 1, step: 0.5 }, 'k');
    expect((await shop.start({ from: 0, to: 1, step: 0.5 }, 'k')).sweep.id).toBe(first.sweep.id);
    await expect(shop.start({ from: 0, to: 1, step: 0.01 })).rejects.toMatchObject({ field: 'step' });
    const elke = { category: 'characters', slug: 'elke' } as const;
    await expect(
      shop.ask(strengthsRpc.start, {
        ...elke,
        recipe: { owner: elke, parts: { characters: [{ slug: 'elke' }] }, checkpoint: paper },
        ...{ from: 0, to: 1, step: 0.5 },
      }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('has no LoRA') as string,
    });
    expect((await shop.ask(catalogRpc.jobsList, {})).items).toHaveLength(3);
  });

  test('the best weight is written into the file, and nothing else of it changes', async () => {
    await using shop = await studio();
    const at = path.join(shop.on.data.path, 'actions/run.json');
    const { entity } = await shop.ask(strengthsRpc.best, { ...owner, best: { weight: 0.85 }, by: 'user' });
    expect(entity.data.lora).toMatchObject({ lora_weight: 0.85, lora_triggers: 'run' });
    expect(JSON.parse(await readFile(at, 'utf8'))).toMatchObject({
      lora: { lora_weight: 0.85 },
      note: 'kept',
    });
    const spanned = await shop.ask(strengthsRpc.best, { ...owner, best: { min: 0.9, max: 0.6 }, by: 'user' });
    expect(spanned.entity.data.lora).toMatchObject({ lora_weight_min: 0.6, lora_weight_max: 0.9 });
    await expect(
      shop.ask(strengthsRpc.best, { category: 'characters', slug: 'elke', best: { weight: 1 }, by: 'user' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
