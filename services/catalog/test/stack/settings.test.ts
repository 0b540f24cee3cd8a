import { catalogRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import { expect, test } from 'vitest';
import { buildSettings } from '../../src/settings/settings.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';

test('settings have defaults, are kept, and their changes are told once', async () => {
  await using bus = await testBus();
  await using on = await testLibrary();
  const settings = buildSettings({ db: on.db, events: on.events, log: testLog() });
  settings.serve(bus.nc);
  await bus.nc.flush();
  expect(await callRpc(bus.asker, catalogRpc.settingsGet, {})).toEqual({
    default_checkpoint: null,
    nsfw_display: 'blur',
    llm_review: 'apply',
  });
  const changed = {
    default_checkpoint: 'Illustrious/paper.safetensors',
    nsfw_display: 'blur',
    llm_review: 'apply',
  } as const;
  expect(await callRpc(bus.asker, catalogRpc.settingsSet, changed)).toEqual(changed);
  expect(await settings.defaultCheckpoint()).toBe('Illustrious/paper.safetensors');
  expect(await on.takeEvents()).toEqual([
    { type: 'setting.changed', key: 'default_checkpoint', value: 'Illustrious/paper.safetensors' },
  ]);
  await callRpc(bus.asker, catalogRpc.settingsSet, changed);
  expect(await on.takeEvents()).toEqual([]);
  expect(await callRpc(bus.asker, catalogRpc.settingsSet, { default_checkpoint: null })).toEqual({
    default_checkpoint: null,
    nsfw_display: 'blur',
    llm_review: 'apply',
  });
  expect(await settings.defaultCheckpoint()).toBeNull();
  await expect(
    callRpc(bus.asker, catalogRpc.settingsSet, { nsfw_display: 'loud' as 'show' }),
  ).rejects.toMatchObject({ code: 'invalid_input' });
});

test('what an older version stored in another shape does not break the page', async () => {
  await using on = await testLibrary();
  await on.db.insertInto('setting').values({ key: 'nsfw_display', value: '"gone"' }).execute();
  expect(await buildSettings({ db: on.db, events: on.events, log: testLog() }).read()).toEqual({
    default_checkpoint: null,
    nsfw_display: 'blur',
    llm_review: 'apply',
  });
});
