import { createHash } from 'node:crypto';
import { GenerationRecord, Sidecar } from '@gaze/contracts';
import { readAll, readPngText } from '@gaze/media';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended, standInLog } from './ask.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const picture = (key: string): Promise<Buffer> => readAll(stack.store, key);

async function sidecarOf(key: string) {
  const text = (await eventually(() => readAll(stack.store, `${key}.json`))).toString();
  return Sidecar.parse(JSON.parse(text));
}

describe('the main job, over the whole stack', () => {
  test(
    verifies('main-job.record', 'a picture carries how it was made, in its chunks and its sidecar'),
    async () => {
      const client = clientOf(stack);
      const submitted = await client.entities.generate('characters', 'elke_marrow', {
        seed: 7,
        cover: 'replace',
      });
      const job = await ended(client, submitted.jobs[0]?.id ?? '');
      expect(job.error).toBeNull();
      const image = job.images[0];
      expect(image).toMatchObject({ seed: 7, owner: { category: 'characters', slug: 'elke_marrow' } });
      const key = image?.key ?? '';

      const text = readPngText(await picture(key));
      const sidecar = await sidecarOf(key);
      const record = GenerationRecord.parse(JSON.parse(text.gaze ?? ''));
      expect(sidecar.generation).toEqual(record);
      expect(record.seed).toBe(7);
      expect(record.checkpoint).toBe('Illustrious/meridian_xl_v3.safetensors');
      expect(record.loras.map((lora) => lora.name)).toContain('Illustrious/Looks/elke_marrow_v2.safetensors');
      expect(record.prompts.main).toContain('red hair');
      expect(Object.keys(stack.standIns)).toContain(record.host.name);

      const graph = JSON.parse(text.prompt ?? '') as Record<string, { inputs: Record<string, unknown> }>;
      const posts = (await standInLog(stack.standIns[record.host.name] ?? '')).filter(
        (e) => e.type === 'posted',
      );
      expect(posts.at(-1)?.graph).toEqual(graph);
      expect(graph['3']?.inputs.seed).toBe(7);
      expect(graph['6']?.inputs.text).toContain(record.prompts.main);

      const entity = await client.entities.get('characters', 'elke_marrow');
      expect(entity.cover).toMatchObject({ kind: 'own', url: image?.url });
      const newest = await client.images.list({ limit: 1 });
      expect(newest.items[0]?.id).toBe(image?.id);
    },
  );

  test(
    verifies('api.kept-endpoints', 'seed 42 and count 3 render 42, 43 and 44 as three pictures'),
    async () => {
      const headers = { 'x-api-key': stack.apiKey, 'content-type': 'application/json' };
      const answer = await fetch(`${stack.url}/api/v1/generate/elke_lantern_night`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ count: 3, seed: 42 }),
      });
      expect(answer.ok).toBe(true);
      const { jobs } = (await answer.json()) as { jobs: { job_id: string; status: string }[] };
      expect(jobs).toHaveLength(3);
      expect(jobs.map((job) => job.status)).toEqual(['queued', 'queued', 'queued']);

      const results = await Promise.all(
        jobs.map(({ job_id }) =>
          eventually(
            async () => {
              const job = (await (
                await fetch(`${stack.url}/api/v1/job/${job_id}`, { headers })
              ).json()) as LegacyJob;
              expect(job.status).toBe('done');
              return job;
            },
            { timeoutMs: 60_000 },
          ),
        ),
      );
      const hashes = new Set<string>();
      for (const [i, { result }] of results.entries()) {
        expect(result.seed).toBe(42 + i);
        expect((await sidecarOf(result.relative_path)).generation?.seed).toBe(42 + i);
        hashes.add(
          createHash('sha256')
            .update(await picture(result.relative_path))
            .digest('hex'),
        );
        const image = await fetch(stack.url + result.image_url, { headers });
        expect(image.headers.get('content-type')).toBe('image/png');
      }
      expect(hashes.size).toBe(3);
    },
  );
});

interface LegacyJob {
  status: string;
  result: { seed: number; relative_path: string; image_url: string };
}
