import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended, standInLog } from './ask.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ stepMs: 200 });
});
afterAll(() => stack.stop());

/** Prompts of a job that the stand-ins were asked to render. */
async function postsOf(jobId: string): Promise<number> {
  const logs = await Promise.all(Object.values(stack.standIns).map(standInLog));
  return logs.flat().filter((entry) => {
    const extra = entry.extraData as { gaze?: { job?: string } } | undefined;
    return entry.type === 'posted' && entry.status === 200 && extra?.gaze?.job === jobId;
  }).length;
}

/** Waits until the job has sampled about five steps of 200 ms. */
async function atStepFive(jobId: string): Promise<void> {
  const client = clientOf(stack);
  await eventually(async () => expect((await client.jobs.get(jobId)).status).toBe('running'), {
    timeoutMs: 30_000,
  });
  const began = performance.now();
  await eventually(() => expect(performance.now() - began).toBeGreaterThan(1000));
}

describe('kill -9 in the middle of a picture', () => {
  test.each(['gateway', 'catalog', 'generator', 'nats', 'postgres'])(
    verifies(
      ['faults.kill-each', 'R1'],
      'of %s: the job ends done, with one row, one file and at most one more prompt',
    ),
    async (victim) => {
      const client = clientOf(stack);
      const submitted = await client.entities.generate('characters', 'saoirse_vane', {});
      const id = submitted.jobs[0]?.id ?? '';
      await atStepFive(id);
      const before = stack.process(victim).pid;
      stack.process(victim).kill('SIGKILL');
      await eventually(() => {
        const { pid } = stack.process(victim);
        expect(pid).not.toBeNull();
        expect(pid).not.toBe(before);
      });

      const job = await ended(client, id, 90_000);
      expect(job.error).toBeNull();
      expect(job.status).toBe('done');
      expect(job.images).toHaveLength(1);
      expect(await rowsOf(id)).toBe(1);
      const { keys } = await stack.store.list(`characters/saoirse_vane/gen_${id}`);
      expect(keys.filter((key) => key.endsWith('.png'))).toHaveLength(1);
      expect(await postsOf(id)).toBeLessThanOrEqual(2);
    },
  );
});

async function rowsOf(jobId: string): Promise<number> {
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  await db.connect();
  try {
    const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM image WHERE job_id = $1', [
      jobId,
    ]);
    return rows[0]?.n ?? 0;
  } finally {
    await db.end();
  }
}
