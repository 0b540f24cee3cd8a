import type { GazeEvent } from '@gaze/contracts';
import { llmJobsRpc, llmSettingsRpc } from '@gaze/contracts';
import { sealFor } from '@gaze/runtime';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { elke, entryResult, llmWorkshop, tagsResult } from './workshop.ts';
import type { LlmWorkshop } from './workshop.ts';

const names = ['Ada', 'Brin', 'Cleo'] as const;

async function withThree(shop: LlmWorkshop): Promise<void> {
  for (const name of names) {
    await shop.on.data.put('characters', `${name.toLowerCase()}.json`, {
      ...elke,
      character_id: name.toLowerCase(),
      character_name: name,
    });
  }
  await shop.on.library.scan();
}

const told = async (shop: LlmWorkshop): Promise<Extract<GazeEvent, { type: 'draft.changed' }>[]> => {
  const rows = await shop.on.db.selectFrom('event').select('payload').orderBy('id').execute();
  return rows.flatMap(({ payload }) => (payload.type === 'draft.changed' ? [payload] : []));
};

test(
  verifies(
    'llm.drafts-many',
    'named entries of a category, one request; its drafts are applied in one go, and what somebody changed meanwhile waits on',
  ),
  async () => {
    await using shop = await llmWorkshop();
    await withThree(shop);
    const slugs = ['ada', 'brin', 'nobody'];
    const submitted = await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slugs });
    expect(submitted).toMatchObject({
      queued: 2,
      skipped: [{ item: 'characters/nobody', reason: 'There is no such entry.' }],
    });
    for (let n = 0; n < 2; n++) {
      const begun = await shop.begin();
      await shop.complete(begun, tagsResult(begun.task, { origin_series: 'New Tales' }));
      await shop.until(begun.jobId, 'done');
    }
    const other = await shop.ask(llmJobsRpc.regenerateTags, { category: 'characters', slugs: ['cleo'] });
    const begun = await shop.begin();
    await shop.complete(begun, tagsResult(begun.task, { origin_series: 'Other Tales' }));
    await shop.until(begun.jobId, 'done');

    const batch_id = submitted.batch_id ?? '';
    const mine = await shop.ask(llmJobsRpc.drafts, { batch_id });
    expect(mine).toMatchObject({ waiting: 3, items: [{ batch_id }, { batch_id }] });
    expect((await told(shop)).map(({ draft, waiting }) => [draft?.state, waiting])).toEqual([
      ['waiting', 1],
      ['waiting', 2],
      ['waiting', 3],
    ]);

    await shop.on.data.put('characters', 'brin.json', {
      ...elke,
      ...{ character_id: 'brin', character_name: 'Brin' },
      tags: { ...elke.tags, origin_series: 'By hand' },
    });
    await shop.on.library.scan();
    expect(await shop.ask(llmJobsRpc.draftsDecide, { decision: 'apply', batch_id })).toMatchObject({
      decided: 2,
    });
    await eventually(async () => {
      const { items } = await shop.ask(llmJobsRpc.drafts, { batch_id });
      expect(items.map(({ slug, state, reason }) => [slug, state, reason !== ''])).toEqual([
        ['brin', 'waiting', true],
      ]);
    });
    expect(await shop.dataOf('characters', 'ada')).toMatchObject({ tags: { origin_series: 'New Tales' } });
    expect(await shop.dataOf('characters', 'brin')).toMatchObject({ tags: { origin_series: 'By hand' } });
    expect((await told(shop)).at(-1)).toMatchObject({ waiting: 2 });

    const { batch_id: last } = other;
    expect(
      await shop.ask(llmJobsRpc.draftsDecide, { decision: 'discard', batch_id: last ?? '' }),
    ).toMatchObject({ decided: 1, waiting: 1 });
    expect(await shop.ask(llmJobsRpc.draftsDecide, { decision: 'discard', category: 'looks' })).toMatchObject(
      {
        decided: 0,
        waiting: 1,
      },
    );
    expect(await shop.dataOf('characters', 'cleo')).toMatchObject({ tags: { origin_series: 'Old Tales' } });
  },
);

test('a person’s word on NSFW stands, whatever the model makes of it', async () => {
  await using shop = await llmWorkshop();
  for (const nsfw of [true, false]) {
    const name = nsfw ? 'Night Mara' : 'Day Mara';
    await shop.ask(llmJobsRpc.create, { category: 'characters', description: 'Mara.', name, nsfw });
    const begun = await shop.begin();
    expect(begun.task).toMatchObject({ nsfw });
    await shop.complete(
      begun,
      entryResult(begun.task, name, { identity: { hair: 'red hair' }, tags: { nsfw: !nsfw } }),
    );
    await shop.until(begun.jobId, 'done');
    const slug = name.toLowerCase().replace(' ', '_');
    expect(await shop.dataOf('characters', slug)).toMatchObject({ tags: { nsfw } });
  }
});

test('a key that was sealed for another house is refused', async () => {
  await using shop = await llmWorkshop();
  const { public_key: publicKey } = await shop.ask(llmSettingsRpc.sealingKey, {});
  const chosen = { kind: 'openai' as const, base_url: 'http://127.0.0.1:1/v1', model: 'm' };
  const kept = await shop.ask(llmSettingsRpc.setProvider, {
    ...chosen,
    sealed_key: sealFor(publicKey, 'sk-mine'),
  });
  expect(kept).toMatchObject({ has_key: true });
  await expect(
    shop.ask(llmSettingsRpc.setProvider, { ...chosen, sealed_key: 'v2.c3RyYW5nZQ' }),
  ).rejects.toMatchObject({ code: 'invalid_input' });
});
