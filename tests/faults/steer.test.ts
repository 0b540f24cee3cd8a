import { eventually, verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';
import type { Foundry } from '../support/foundry.ts';
import { startFoundry } from '../support/foundry.ts';
import { expectNothingLost, jobOf, rendersOf } from './oracle.ts';
import { hostsUp, smallPicture, submitAll } from './submit.ts';

const stepMs = 150;
let foundry: Foundry;
beforeAll(async () => {
  foundry = await startFoundry({ hosts: 2, generators: 1, stepMs });
  await hostsUp(foundry);
});
afterAll(() => foundry[Symbol.asyncDispose]());

const allLogs = async () => (await Promise.all(foundry.hosts.map((host) => host.log()))).flat();

/** Prompt ids of a job, on any host. */
async function promptsOf(jobId: string): Promise<string[]> {
  const posts = (await allLogs()).filter((entry) => entry.type === 'posted');
  return posts.filter((entry) => jobOf(entry) === jobId).map((entry) => entry.promptId);
}

describe('a socket that drops', () => {
  test(verifies('R7', 'ten times in one job renders it once'), async () => {
    const { stack, hosts } = foundry;
    const client = clientOf(stack);
    const [id = ''] = await submitAll(stack, [smallPicture(1, { faceDetail: 'on' })]);
    await eventually(async () => expect((await rendersOf(hosts)).byJob.get(id)).toBe(1));
    const count = async (type: string) => (await allLogs()).filter((entry) => entry.type === type).length;
    for (let cut = 1; cut <= 10; cut++) {
      // Each time a connection stands before it is cut.
      await eventually(async () =>
        expect(await count('socket_opened')).toBeGreaterThan(await count('socket_closed')),
      );
      const before = await count('socket_closed');
      await Promise.all(hosts.map((host) => host.cutSockets()));
      await eventually(async () => expect(await count('socket_closed')).toBeGreaterThan(before));
    }
    const job = await ended(client, id);
    expect(job.status).toBe('done');
    expect(job.attempt_history).toHaveLength(1);
    expect((await rendersOf(hosts)).byJob.get(id)).toBe(1);
  });
});

describe('cancel', () => {
  test(
    verifies(
      'R9',
      'of one of two jobs on a host, running or prefetched, is accepted within a second, ends it at the next step, and touches no other',
    ),
    async () => {
      const { stack, hosts } = foundry;
      const client = clientOf(stack);
      // Two hosts with two jobs each.
      const ids = await submitAll(
        stack,
        [2, 3, 4, 5].map((seed) => smallPicture(seed)),
      );
      await eventually(async () => {
        for (const id of ids) expect(await promptsOf(id)).toHaveLength(1);
        expect((await rendersOf(hosts)).started).toBe(3);
      });
      const rendered = (await rendersOf(hosts)).byJob;
      const running = ids.find((id) => rendered.has(id)) ?? '';
      const prefetched = ids.find((id) => !rendered.has(id)) ?? '';
      const cancelled = [prefetched, running];
      for (const id of cancelled) {
        const began = performance.now();
        await client.jobs.cancel(id);
        expect(performance.now() - began).toBeLessThan(1000);
        expect((await ended(client, id, 4000)).status).toBe('cancelled');
        expect(performance.now() - began).toBeLessThan(1000 + 4 * stepMs + 1000);
      }
      const others = ids.filter((id) => !cancelled.includes(id));
      for (const id of others) expect((await ended(client, id)).status).toBe('done');

      expect((await rendersOf(hosts)).byJob.has(prefetched)).toBe(false);
      const [stopped] = await promptsOf(running);
      const ends = (await allLogs()).filter((entry) => entry.type === 'ended');
      const interrupted = ends.filter((entry) => entry.outcome === 'interrupted');
      expect(interrupted.map((entry) => entry.promptId)).toEqual([stopped]);
    },
  );

  test(verifies('R9', 'of everything leaves nothing on the hosts'), async () => {
    const { stack, hosts } = foundry;
    const client = clientOf(stack);
    const ids = await submitAll(
      stack,
      Array.from({ length: 8 }, (_, i) => smallPicture(10 + i)),
    );
    await eventually(async () => expect((await rendersOf(hosts)).byJob.size).toBeGreaterThan(4));
    await client.jobs.cancelMany({ job_ids: ids });
    for (const id of ids) expect((await ended(client, id, 10_000)).status).toMatch(/cancelled|done/);
    await eventually(async () => {
      for (const { url } of hosts) {
        const queue = (await (await fetch(`${url}/queue`)).json()) as Record<string, unknown[]>;
        expect([queue.queue_running, queue.queue_pending]).toEqual([[], []]);
      }
    });
  });
});

describe('pause', () => {
  test(
    verifies(
      'jobs.withdraw',
      'takes back what hosts have not begun; what they render ends, and the rest waits',
    ),
    async () => {
      const { stack, hosts } = foundry;
      const client = clientOf(stack);
      const before = (await rendersOf(hosts)).started;
      const ids = await submitAll(
        stack,
        Array.from({ length: 6 }, (_, i) => smallPicture(30 + i)),
      );
      await eventually(async () => expect((await rendersOf(hosts)).started).toBe(before + 2));
      await eventually(async () => {
        const posted = await Promise.all(ids.map(promptsOf));
        expect(posted.flat()).toHaveLength(4);
      });
      await client.queues.pause('image');
      await eventually(
        async () => {
          const statuses = (await Promise.all(ids.map((id) => client.jobs.get(id)))).map((job) => job.status);
          expect([...statuses].sort()).toEqual(['done', 'done', 'waiting', 'waiting', 'waiting', 'waiting']);
        },
        { timeoutMs: 15_000 },
      );
      expect((await rendersOf(hosts)).started).toBe(before + 2);
      await client.queues.resume('image');
      for (const id of ids) expect((await ended(client, id)).status).toBe('done');
    },
  );
});

test(verifies(['R7', 'R9'], 'after all of it nothing is lost'), async () => {
  await eventually(() => expectNothingLost(foundry.stack, 1 + 4 + 8 + 6), { timeoutMs: 15_000 });
});
