import { catalogRpc } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { pruneHistory } from '../../../src/jobs/prune.ts';
import { workshop } from './workshop.ts';

test(
  verifies('settings.keeping', 'jobs that ended long ago go, their pictures and younger jobs stay'),
  async () => {
    await using shop = await workshop();
    const holder = await shop.holder();
    const ids: string[] = [];
    for (const seed of [1, 2]) {
      const { ids: made } = await shop.submit({ owner: { category: 'characters', slug: 'elke' }, seed });
      await holder.render(await holder.begin());
      await shop.until(made[0] ?? '', 'done');
      ids.push(...made);
    }
    const { ids: waiting } = await shop.submit({ checkpoint: 'paper.safetensors', seed: 3 });
    await sql`UPDATE job SET finished_at = now() - interval '9 days' WHERE id = ${ids[0]}`.execute(
      shop.on.db,
    );
    await sql`UPDATE job SET created_at = now() - interval '90 days'`.execute(shop.on.db);

    expect(await pruneHistory(shop.on.db, 10)).toBe(0);
    expect(await pruneHistory(shop.on.db, 8)).toBe(1);
    const { items } = await shop.ask(catalogRpc.jobsList, {});
    expect(items.map(({ id }) => id).sort()).toEqual([...ids.slice(1), ...waiting].sort());
    const { images } = await shop.ask(catalogRpc.jobsGet, { job_id: ids[1] ?? '' });
    expect(images).toHaveLength(1);
    const pictures = await shop.on.db.selectFrom('image').select('job_id').execute();
    expect(pictures.map(({ job_id }) => job_id).sort()).toEqual([...ids].sort());
  },
);
