import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { categories } from '@gaze/contracts';
import type { EntityData } from '@gaze/contracts';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended } from './ask.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
  const client = clientOf(stack);
  await eventually(async () => expect((await client.llm.status()).worker?.state).toBe('ready'), {
    timeoutMs: 60_000,
  });
});
afterAll(() => stack.stop());

const fileOf = async (category: 'characters', slug: string): Promise<EntityData> =>
  JSON.parse(
    await readFile(path.join(stack.dataDir, categories[category].folder, `${slug}.json`), 'utf8'),
  ) as EntityData;

describe('the language model, over the whole stack with its stand-in', () => {
  test(
    verifies(
      'llm.whole',
      'a character from a sentence: its file validates, and it has one revision by the job',
    ),
    async () => {
      const client = clientOf(stack);
      const submitted = await client.llm.create('characters', {
        description: 'A lighthouse keeper with silver hair, green eyes and a brass telescope.',
        name: 'Ilsa Wick',
      });
      const job = await ended(client, submitted.jobs[0]?.id ?? '', 120_000);
      expect(job.error).toBeNull();
      expect(job).toMatchObject({
        kind: 'llm',
        status: 'done',
        owner: { category: 'characters', slug: 'ilsa_wick' },
      });
      const data = await fileOf('characters', 'ilsa_wick');
      expect(categories.characters.schema.safeParse(data).success).toBe(true);
      expect(data).toMatchObject({
        character_id: 'ilsa_wick',
        character_name: 'Ilsa Wick',
        lora: { lora_name: '' },
      });
      const revisions = await client.editing.revisions('characters', 'ilsa_wick');
      expect(revisions.items).toMatchObject([{ by: { kind: 'llm', name: job.id }, action: 'create' }]);
    },
  );

  test(
    verifies(
      'llm.whole',
      'tags of one entry, after a look at the draft: untouched fields are untouched, one revision, nothing secret told',
    ),
    async () => {
      const client = clientOf(stack);
      const before = await fileOf('characters', 'elke_marrow');
      const submitted = await client.llm.regenerateTags(
        { category: 'characters', slug: 'elke_marrow' },
        { review: 'review' },
      );
      const job = await ended(client, submitted.jobs[0]?.id ?? '', 120_000);
      expect(job).toMatchObject({ status: 'done', error: null });
      expect(await fileOf('characters', 'elke_marrow')).toEqual(before);
      const { items } = await client.drafts.list();
      const draft = items.find(({ id }) => id === job.id);
      const nothingNew = job.notes.includes('There was nothing to change.');
      expect(draft !== undefined || nothingNew).toBe(true);
      const revisionsBefore = (await client.editing.revisions('characters', 'elke_marrow')).items.length;
      if (draft !== undefined) await client.drafts.apply(job.id);
      const after = await fileOf('characters', 'elke_marrow');
      expect(categories.characters.schema.safeParse(after).success).toBe(true);
      expect({ ...after, tags: null }).toEqual({ ...before, tags: null });
      const revisions = await client.editing.revisions('characters', 'elke_marrow');
      expect(revisions.items.length - revisionsBefore).toBe(draft === undefined ? 0 : 1);

      const { transcript } = await client.llm.transcript(job.id);
      expect(transcript.messages.map(({ role }) => role)).toEqual(
        expect.arrayContaining(['system', 'user', 'assistant']),
      );
      const secrets = [stack.apiKey, new URL(stack.databaseUrl).password].filter((secret) => secret !== '');
      for (const secret of secrets) expect(JSON.stringify(transcript)).not.toContain(secret);
    },
  );

  test(
    verifies('llm.settings', 'what the environment fixes is shown with its origin, and cannot be changed'),
    async () => {
      const client = clientOf(stack);
      const view = await client.llm.provider();
      expect(view).toMatchObject({ origin: 'environment', model: 'stand-in', has_key: true });
      const other = { kind: 'ollama' as const, base_url: 'http://127.0.0.1:11434/v1', model: 'm' };
      await expect(client.llm.setProvider(other)).rejects.toMatchObject({ code: 'conflict' });
      await expect(client.llm.forgetProvider()).rejects.toMatchObject({ code: 'conflict' });
      expect(await client.llm.test()).toMatchObject({ ok: true, tool_calls: true });
      expect(await client.llm.provider()).toEqual(view);
    },
  );

  test('the tag list answers as its own tools do', async () => {
    const client = clientOf(stack);
    expect((await client.tags.search('silver', { limit: 5 })).tags.map(({ name }) => name)).toContain(
      'silver_hair',
    );
    const { results } = await client.tags.validate(['silver hair', 'no such tag at all']);
    expect(results.map(({ status }) => status)).toEqual(['exact', 'unknown']);
  });
});
