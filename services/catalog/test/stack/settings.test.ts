import { catalogRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { testLog, verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { deleteEntity, purgeOldTrash } from '../../src/editing/delete.ts';
import { purgeOldImages, trashImage } from '../../src/images/trash.ts';
import { buildSettings, usualKeeping } from '../../src/settings/settings.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

const usual = {
  default_checkpoint: null,
  nsfw_display: 'blur',
  llm_review: 'apply',
  keep_job_days: 30,
  keep_trash_days: null,
  keep_revisions: 50,
  keep_event_hours: 24,
} as const;

test('settings have defaults, are kept, and their changes are told once', async () => {
  await using bus = await testBus();
  await using on = await testLibrary();
  const settings = buildSettings({ db: on.db, events: on.events, log: testLog() });
  settings.serve(bus.nc);
  await bus.nc.flush();
  expect(await callRpc(bus.asker, catalogRpc.settingsGet, {})).toEqual(usual);
  const changed = { ...usual, default_checkpoint: 'Illustrious/paper.safetensors' };
  expect(await callRpc(bus.asker, catalogRpc.settingsSet, changed)).toEqual(changed);
  expect(await settings.defaultCheckpoint()).toBe('Illustrious/paper.safetensors');
  expect(await on.takeEvents()).toEqual([
    { type: 'setting.changed', key: 'default_checkpoint', value: 'Illustrious/paper.safetensors' },
  ]);
  await callRpc(bus.asker, catalogRpc.settingsSet, changed);
  expect(await on.takeEvents()).toEqual([]);
  expect(await callRpc(bus.asker, catalogRpc.settingsSet, { default_checkpoint: null })).toEqual(usual);
  expect(await settings.defaultCheckpoint()).toBeNull();
  await expect(
    callRpc(bus.asker, catalogRpc.settingsSet, { nsfw_display: 'loud' as 'show' }),
  ).rejects.toMatchObject({ code: 'invalid_input' });
});

test('what an older version stored in another shape does not break the page', async () => {
  await using on = await testLibrary();
  await on.db
    .insertInto('setting')
    .values([
      { key: 'nsfw_display', value: '"gone"' },
      { key: 'keep_job_days', value: '7' },
    ])
    .execute();
  expect(await buildSettings({ db: on.db, events: on.events, log: testLog() }).read()).toEqual({
    ...usual,
    keep_job_days: 7,
  });
});

test(verifies('settings.keeping', 'what is older than chosen goes, and nothing else'), async () => {
  await using on = await testLibrary();
  const settings = buildSettings({ db: on.db, events: on.events, log: testLog() });
  expect(await settings.keeping()).toEqual(usualKeeping);
  await on.data.put('characters', 'old.json', { character_id: 'old' });
  await on.data.put('characters', 'new.json', { character_id: 'new' });
  await on.library.scan();
  const images = { db: on.db, store: on.store, events: on.events, log: testLog() };
  const newPicture = async (): Promise<string> => (await completeJob(on)).views[0]?.id ?? '';
  const [kept, gone] = [await newPicture(), await newPicture()];
  for (const id of [kept, gone]) await trashImage(images, id);
  for (const slug of ['old', 'new'])
    await deleteEntity(on.writing, { category: 'characters', slug, hard: false, by: 'user' });
  await sql`UPDATE trash SET deleted_at = now() - interval '9 days' WHERE slug = 'old'`.execute(on.db);
  await sql`UPDATE image_hidden SET hidden_at = now() - interval '9 days' WHERE id = ${gone}`.execute(on.db);

  await purgeOldTrash(on.writing, 8);
  expect(await purgeOldImages(images, 8, 100)).toBe(1);
  const trash = await on.db.selectFrom('trash').select('slug').execute();
  expect(trash.map(({ slug }) => slug)).toEqual(['new']);
  const hidden = await on.db.selectFrom('image_hidden').select('id').execute();
  expect(hidden.map(({ id }) => id)).toEqual([kept]);
});
