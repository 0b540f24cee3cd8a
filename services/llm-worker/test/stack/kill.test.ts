import type { LlmTask } from '@gaze/contracts';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { startHouse } from './house.ts';

const bulk = (n: number): LlmTask => ({
  kind: 'bulk_create',
  category: 'outfits',
  overwrite: false,
  file: {
    kind: 'lora',
    name: `Illustrious/Clothing/coat_${n}.safetensors`,
    training_tags: [],
    triggers: [],
    base_model: null,
    notes: '',
  },
});

test(
  verifies(
    'llm.worker-killed',
    'a worker that vanishes in the middle of a bulk run costs time and nothing else',
  ),
  async () => {
    await using house = await startHouse({ ackWaitSeconds: 2 });
    const first = await house.startWorker({ replica: 'w1' });
    const jobs = await Promise.all(
      Array.from({ length: 30 }, (_, n) => house.ledger.submit(bulk(n), 'batch')),
    );
    await eventually(() => expect(jobs.filter(({ status }) => status === 'done').length).toBeGreaterThan(4), {
      timeoutMs: 30_000,
    });
    await first.vanish();
    await house.startWorker({ replica: 'w2' });
    await eventually(() => expect(jobs.map(({ status }) => status)).toEqual(jobs.map(() => 'done')), {
      timeoutMs: 60_000,
    });

    const accepted = jobs.map(({ result }) => (result?.kind === 'bulk_create' ? result.file : ''));
    expect(new Set(accepted).size).toBe(30);
    expect(new Set(house.ledger.state.holders)).toEqual(new Set(['w1', 'w2']));
    // Nobody's word for an attempt came after a newer one was minted and still counted.
    for (const job of jobs) {
      const words = house.ledger.state.words.filter((word) => word.startsWith(`complete ${job.id} `));
      expect(words.at(-1)).toBe(`complete ${job.id} ${job.attempt}`);
    }
    await eventually(async () => expect(await house.ledger.queued()).toBe(0), { timeoutMs: 15_000 });
  },
);

test('a worker that stops in order gives back what runs, at once', async () => {
  await using house = await startHouse();
  const first = await house.startWorker({ replica: 'w1' });
  house.standIn.script.push({ kind: 'hang' });
  const job = await house.ledger.submit(bulk(1));
  await eventually(() => expect(house.standIn.script.length()).toBe(0));
  await first.stop();
  expect([job.status, job.released]).toEqual(['waiting', 1]);
  await eventually(async () => expect(await house.ledger.queued()).toBe(0));
  await house.startWorker({ replica: 'w2' });
  await house.ledger.dispatch(job);
  await eventually(() => expect([job.status, job.attempt]).toEqual(['done', 2]));
});

test('a ledger that is away for a while is waited for, and the work is not done twice', async () => {
  await using house = await startHouse();
  await house.startWorker();
  house.standIn.script.push({ kind: 'hang' });
  const job = await house.ledger.submit(bulk(1));
  await eventually(() => expect(house.standIn.script.length()).toBe(0));
  await house.nats.kill();
  // The model answers while nobody can be told.
  house.standIn.script.clear();
  await eventually(() => expect(house.standIn.log.entries()).toHaveLength(3));
  await house.nats.start();
  await eventually(() => expect(job.status).toBe('done'), { timeoutMs: 30_000 });
  expect([job.attempt, job.transcript?.turns, house.standIn.log.entries().length]).toEqual([1, 2, 3]);
});
