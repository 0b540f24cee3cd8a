import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from '@gaze/client';
import { eventually, startStack, tempDir, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended } from './ask.ts';

let stack: TestStack;
let models: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  models = await tempDir('gaze-models-');
  await mkdir(path.join(models.path, 'Illustrious/Looks'), { recursive: true });
  stack = await startStack({ env: { LORA_ROOT: models.path } });
});
afterAll(async () => {
  await stack.stop();
  await models[Symbol.asyncDispose]();
});

const fileOf = (folder: string, name: string): string => path.join(stack.dataDir, folder, name);
const problemOf = (error: unknown): ApiError => {
  if (!(error instanceof ApiError)) throw error;
  return error;
};

describe(verifies(['editing.api', 'R12'], 'editing in the whole house'), () => {
  test('an edit reaches the file, an edit of the file reaches the page, and both at once merge or are told', async () => {
    const client = clientOf(stack);
    const before = await client.entities.get('characters', 'wren_okonjo');
    const text = await readFile(fileOf('characters', 'wren_okonjo.json'), 'utf8');
    const { entity } = await client.editing.patch(
      'characters',
      'wren_okonjo',
      { identity: { extra: 'a lantern' } },
      { revision: before.revision },
    );
    const written = await readFile(fileOf('characters', 'wren_okonjo.json'), 'utf8');
    expect(JSON.parse(written)).toEqual(entity.data);
    expect(written.split('\n').filter((line) => !text.includes(line))).toHaveLength(1);

    await writeFile(
      fileOf('characters', 'wren_okonjo.json'),
      written.replace('"Wren Okonjo"', '"Wren of the Thaw"'),
    );
    const both = await client.editing.patch(
      'characters',
      'wren_okonjo',
      { identity: { extra: 'two lanterns' } },
      { revision: entity.revision },
    );
    expect(both).toMatchObject({
      merged: true,
      entity: { name: 'Wren of the Thaw', data: { identity: { extra: 'two lanterns' } } },
    });

    const refused = problemOf(
      await client.editing
        .patch('characters', 'wren_okonjo', { identity: { extra: 'three' } }, { revision: entity.revision })
        .catch((e: unknown) => e),
    );
    expect(refused).toMatchObject({
      status: 409,
      problem: {
        details: { mine: { identity: { extra: 'three' } }, theirs: { identity: { extra: 'two lanterns' } } },
      },
    });
    const { items } = await client.editing.revisions('characters', 'wren_okonjo');
    expect(items.map(({ by }) => by.kind)).toEqual(['user', 'file', 'user']);
    await client.editing.revert('characters', 'wren_okonjo', items[0]?.id ?? '');
    expect((await client.entities.get('characters', 'wren_okonjo')).data).toMatchObject({
      identity: { extra: 'a lantern' },
    });
  });

  test('a new entity gets its cover, another id, and goes into the trash with its model file and back', async () => {
    const client = clientOf(stack);
    await writeFile(path.join(models.path, 'Illustrious/Looks/new.safetensors'), 'weights');
    const { entity } = await client.editing.create('characters', { name: 'New Face' });
    await client.editing.patch('characters', entity.slug, {
      lora: { lora_name: 'Illustrious/Looks/new.safetensors' },
    });
    // The sample covers are taken in beside the first answers.
    const sample = await eventually(async () => {
      const { cover: known } = await client.entities.get('characters', 'elke_marrow');
      expect(known).not.toBeNull();
      return known;
    });
    const png = await (
      await fetch(`${stack.url}${sample?.url ?? ''}`, { headers: { 'x-api-key': stack.apiKey } })
    ).blob();
    const card = await client.editing.uploadCover('characters', entity.slug, png);
    expect(card.cover?.kind).toBe('own');
    const renamed = await client.editing.rename('characters', entity.slug, { id: 'old_face' });
    expect(renamed.entity).toMatchObject({
      slug: 'old_face',
      cover: { url: expect.stringContaining('/characters/old_face/') as string },
    });
    const cover = await fetch(`${stack.url}${renamed.entity.cover?.url ?? ''}`, {
      headers: { 'x-api-key': stack.apiKey },
    });
    expect((await cover.blob()).size).toBe(png.size);
    const { trash_id } = await client.editing.remove('characters', 'old_face', { hard: true });
    expect(await readdir(path.join(models.path, 'Illustrious/Looks'))).toEqual([]);
    expect((await client.editing.restore(trash_id)).entity).toMatchObject({
      slug: 'old_face',
      cover: { kind: 'own' },
    });
    expect(await readdir(path.join(models.path, 'Illustrious/Looks'))).toEqual(['new.safetensors']);
    await client.editing.remove('characters', 'old_face');
  });

  test('covers that are missing are rendered in the batch lane, with a random character, and become covers', async () => {
    const client = clientOf(stack);
    await client.editing.create('scenes', { id: 'bare_pier', data: { scene: { background: 'pier' } } });
    const missing = await client.editing.missing('scenes');
    expect(missing.items.map(({ slug }) => slug)).toContain('bare_pier');
    const { entries, queued } = await client.editing.generateMissing('scenes');
    expect(queued).toBe(missing.items.length);
    const [jobId = ''] = entries.find(({ slug }) => slug === 'bare_pier')?.job_ids ?? [];
    expect(await ended(client, jobId)).toMatchObject({ status: 'done', lane: 'batch', sets_cover: true });
    await eventually(async () =>
      expect((await client.entities.get('scenes', 'bare_pier')).cover?.kind).toBe('own'),
    );
  });
});
