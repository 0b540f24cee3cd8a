import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { categories } from '@gaze/contracts';
import { eventually, startStack, tempDir, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { clientOf } from '../stack/ask.ts';
import { crashFile } from '../support/crash-file.ts';
import { writeLoras } from '../support/lora-files.ts';

const count = 50;

test(
  verifies(
    ['llm.bulk-killed', 'llm.exactly-once', 'llm.worker-killed'],
    'fifty LoRA files while worker and catalog are killed again and again, also between a file’s rename and its job’s end: fifty entries, one revision each',
  ),
  { timeout: 240_000 },
  async () => {
    await using dir = await tempDir('gaze-llm-crash-');
    const crash = crashFile(dir.path);
    const loras = path.join(dir.path, 'loras');
    const stems = Array.from({ length: count }, (_, n) => `fault_coat_${String(n + 1).padStart(2, '0')}`);
    const files = await writeLoras(loras, 'Illustrious/Clothing/', stems);
    await using stack = await startStack({
      env: { LORA_ROOT: loras, GAZE_CRASH_FILE: crash.path, LLM_CONCURRENCY: '4' },
    });
    const client = clientOf(stack);
    await eventually(async () => expect((await client.llm.status()).worker?.state).toBe('ready'), {
      timeoutMs: 60_000,
    });
    await eventually(
      async () => {
        const { items } = await client.models.list({
          kind: 'lora',
          category: 'outfits',
          q: 'fault_coat',
          limit: 200,
        });
        expect(items.length).toBe(count);
      },
      { timeoutMs: 60_000 },
    );
    const submitted = await client.llm.bulkCreate('outfits', { files, review: 'apply' });
    expect(submitted).toMatchObject({ queued: count, skipped_count: 0 });
    const batch = submitted.batch_id ?? '';
    // Asked while parts of the house are down: no answer is no news.
    const done = async (): Promise<number> => {
      const answer = await client.batches.get(batch).catch(() => null);
      return answer?.counts.done ?? 0;
    };
    const reached = (least: number) =>
      eventually(async () => expect(await done()).toBeGreaterThanOrEqual(least), {
        timeoutMs: 60_000,
        everyMs: 50,
      });

    // Between the rename of an entry's file and the end of its job, twice; once more right after the row is there.
    for (const [turn, at] of (['renamed', 'renamed', 'committed'] as const).entries()) {
      await reached(2 + turn * 6);
      crash.arm(at, 'SIGKILL');
      await eventually(() => expect(crash.taken()).toHaveLength(turn + 1), {
        timeoutMs: 60_000,
        everyMs: 20,
      });
    }
    await reached(20);
    stack.process('llm-worker').kill('SIGKILL');
    await reached(28);
    stack.process('catalog').kill('SIGKILL');
    stack.process('llm-worker').kill('SIGKILL');
    await eventually(async () => expect(await done()).toBe(count), { timeoutMs: 120_000, everyMs: 250 });

    const folder = path.join(stack.dataDir, categories.outfits.folder);
    const entries = await Promise.all(
      (await readdir(folder))
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Entry),
    );
    const mine = entries.filter(({ lora }) => files.includes(lora?.lora_name ?? ''));
    expect(mine.map(({ lora }) => lora?.lora_name).sort()).toEqual([...files].sort());
    const { jobs } = await client.batches.get(batch);
    expect(new Set(jobs.map(({ owner }) => owner?.slug)).size).toBe(count);
    for (const { id, owner } of jobs) {
      const { items } = await client.editing.revisions('outfits', owner?.slug ?? '');
      expect(items.map(({ by, action }) => [by.name, action])).toEqual([[id, 'create']]);
    }
    // Asked again, there is nothing left to do.
    expect(await client.llm.bulkCreate('outfits', { files })).toMatchObject({
      queued: 0,
      skipped_count: count,
    });
    expect(await readdir(folder)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^\.|\.tmp$/)]));
  },
);

interface Entry {
  lora?: { lora_name?: string };
}
