import { cp } from 'node:fs/promises';
import path from 'node:path';
import { catalogRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import { expect, test } from 'vitest';
import { buildPreview } from '../../src/preview/preview.ts';
import { testBus } from '../support/bus.ts';
import { testLibrary } from '../support/library.ts';
import { anyNumber, anyText, containing } from '../support/matchers.ts';

const shippedData = path.resolve(import.meta.dirname, '../../../../data');

async function served() {
  const bus = await testBus();
  const on = await testLibrary();
  await cp(path.join(shippedData, 'workflows'), path.join(on.data.path, 'workflows'), { recursive: true });
  await on.data.put('characters', 'elke.json', {
    ...{ character_id: 'elke', character_name: 'Elke', identity: { hair: 'silver hair' } },
    ...{ defaults: { pose: 'arms crossed' }, participants: { orientation: '1F' } },
  });
  await on.data.put('actions', 'tea.json', { action_id: 'tea', action: { full_body: 'drinking tea' } });
  await on.data.put('checkpoints', 'paper.json', {
    checkpoint_path: 'Illustrious/paper.safetensors',
    checkpoint_name: 'Paper',
    base_positive: 'masterpiece',
    base_negative: 'lowres',
  });
  await on.library.scan();
  const { loader, templateFor } = on.library;
  buildPreview({ loader, templateFor, defaultCheckpoint: () => Promise.resolve(null), log: testLog() }).serve(
    bus.nc,
  );
  on.library.serve(bus.nc);
  await bus.nc.flush();
  return {
    ...{ on, ask: bus.asker },
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await on[Symbol.asyncDispose]();
    },
  };
}

test('a recipe’s prompts come back as they would be rendered', async () => {
  await using house = await served();
  const recipe = {
    parts: { characters: [{ slug: 'elke' }], actions: [{ slug: 'tea' }] },
    checkpoint: 'Illustrious_paper_safetensors',
    extra_negative: 'hat',
  };
  const preview = await callRpc(house.ask, catalogRpc.previewPrompt, { recipe });
  expect(preview.prompts.main).toContain('1girl, silver hair, drinking tea');
  expect(preview.prompts.main).not.toContain('arms crossed');
  expect(preview.prompts.negative).toMatch(/hat$/);
  expect(preview.checkpoint).toBe('Illustrious/paper.safetensors');
  expect(preview.notes).toEqual([]);
});

test('a reference that leads nowhere is said with its field', async () => {
  await using house = await served();
  const ask = callRpc(house.ask, catalogRpc.previewPrompt, {
    recipe: { parts: { characters: [{ slug: 'nobody' }] } },
  });
  await expect(ask).rejects.toMatchObject({ code: 'not_found', field: containing('characters') });
});

test('what the browser composes with: template, and a checkpoint by path, by slug, or one without a file', async () => {
  await using house = await served();
  const byPath = await callRpc(house.ask, catalogRpc.generationDefaults, {
    checkpoint: 'Illustrious/paper.safetensors',
  });
  expect(byPath.checkpoint).toMatchObject({
    path: 'Illustrious/paper.safetensors',
    slug: 'Illustrious_paper_safetensors',
    name: 'Paper',
  });
  expect(byPath.template).toMatchObject({ name: 'default', width: anyNumber, hash: anyText });
  expect(
    await callRpc(house.ask, catalogRpc.generationDefaults, { checkpoint: 'Illustrious_paper_safetensors' }),
  ).toEqual(byPath);
  const bare = await callRpc(house.ask, catalogRpc.generationDefaults, {
    checkpoint: 'new/unknown.safetensors',
  });
  expect(bare.checkpoint).toMatchObject({
    path: 'new/unknown.safetensors',
    slug: null,
    data: { steps: 25, cfg: 5, sampler_name: 'euler_ancestral' },
  });
  const plain = await callRpc(house.ask, catalogRpc.generationDefaults, {});
  expect(plain.checkpoint.path).not.toBe('');
});

test('what a checkpoint can be set to: what the hosts have, and the templates on disk', async () => {
  await using house = await served();
  const ask = () => callRpc(house.ask, catalogRpc.generationChoices, {});
  expect(await ask()).toEqual({
    ...{ samplers: [], schedulers: [], vaes: [], workflows: ['default', 'plain'], known_hosts: 0 },
  });
  const { db } = house.on;
  const host = (id: string, enabled: boolean) => ({
    ...{ id, name: id, url: `http://${id}`, origin: 'settings' as const, enabled },
    inventory_at: new Date(),
  });
  await db
    .insertInto('host')
    .values([host('Atelier', true), host('Cellar', true), host('Attic', false)])
    .execute();
  const file = (host_id: string, kind: string, name: string) => ({ host_id, kind, name });
  await db
    .insertInto('host_file')
    .values([
      file('Cellar', 'sampler', 'ddim'),
      file('Cellar', 'sampler', 'euler'),
      file('Atelier', 'sampler', 'euler'),
      file('Attic', 'sampler', 'secret'),
      file('Atelier', 'scheduler', 'karras'),
      file('Cellar', 'vae', 'soft.safetensors'),
      file('Cellar', 'lora', 'ink.safetensors'),
    ])
    .execute();
  expect(await ask()).toEqual({
    samplers: [
      { name: 'euler', hosts: ['Atelier', 'Cellar'] },
      { name: 'ddim', hosts: ['Cellar'] },
    ],
    schedulers: [{ name: 'karras', hosts: ['Atelier'] }],
    vaes: [{ name: 'soft.safetensors', hosts: ['Cellar'] }],
    workflows: ['default', 'plain'],
    known_hosts: 2,
  });
});

test('a checkpoint whose template is missing or leads out of the folder says so', async () => {
  await using house = await served();
  for (const [name, workflow] of Object.entries({ a: 'nowhere', b: '../default' })) {
    await house.on.data.put('checkpoints', `${name}.json`, {
      checkpoint_path: `${name}.safetensors`,
      workflow,
    });
  }
  await house.on.library.scan('checkpoints');
  const ask = (checkpoint: string) => callRpc(house.ask, catalogRpc.generationDefaults, { checkpoint });
  await expect(ask('a.safetensors')).rejects.toMatchObject({
    code: 'data_error',
    file: 'workflows/nowhere.json',
  });
  await expect(ask('b.safetensors')).rejects.toMatchObject({ code: 'data_error' });
});
