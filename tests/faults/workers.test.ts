import { eventually, tempDir, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';
import { crashFile } from '../support/crash-file.ts';
import { startFoundry } from '../support/foundry.ts';
import { expectNothingLost, rendersOf } from './oracle.ts';
import { hostsUp, smallPicture, submitAll } from './submit.ts';

test(
  verifies(
    'R8',
    'workers stopped before and after their post for longer than their lease: one set of pictures each, the older attempts come to nothing',
  ),
  { timeout: 120_000 },
  async () => {
    await using dir = await tempDir('gaze-crash-');
    const crash = crashFile(dir.path);
    // Two that are stopped with a host each, and a third that takes over.
    await using foundry = await startFoundry({
      hosts: 2,
      generators: 3,
      stepMs: 60,
      env: { GAZE_CRASH_FILE: crash.path },
    });
    const { stack, hosts } = foundry;
    const client = clientOf(stack);
    await hostsUp(foundry);

    crash.arm('before-post', 'SIGSTOP');
    const [first = ''] = await submitAll(stack, [smallPicture(1)]);
    await eventually(() => expect(crash.taken()).toHaveLength(1), { timeoutMs: 15_000 });
    crash.arm('after-post', 'SIGSTOP');
    const [second = ''] = await submitAll(stack, [smallPicture(2)]);
    await eventually(() => expect(crash.taken()).toHaveLength(2), { timeoutMs: 15_000 });
    crash.disarm();

    // They end only after their holders' lease: the third worker has them by then.
    const jobs = [await ended(client, first), await ended(client, second)];
    for (const pid of crash.taken()) process.kill(pid, 'SIGCONT');
    // They go on where they stood, find that somebody else has the job, and give up what they have.
    for (const job of jobs) {
      expect(job.status).toBe('done');
      expect(job.images).toHaveLength(1);
      expect(job.attempt_history[0]).toMatchObject({ status: 'lost' });
      expect(job.attempt_history.at(-1)?.status).toBe('done');
      expect(job.attempt_history.at(-1)?.holder).not.toBe(job.attempt_history[0]?.holder);
    }
    await eventually(
      async () => {
        await expectNothingLost(stack, 2);
        const queues = await Promise.all(
          hosts.map(
            async ({ url }) => (await fetch(`${url}/queue`)).json() as Promise<Record<string, unknown[]>>,
          ),
        );
        expect(
          queues.flatMap((queue) => [...(queue.queue_running ?? []), ...(queue.queue_pending ?? [])]),
        ).toEqual([]);
      },
      { timeoutMs: 15_000 },
    );
    const renders = await rendersOf(hosts);
    expect([renders.byJob.get(first), renders.byJob.get(second)]).toEqual([1, 1]);
    // The house is whole again: both work on.
    const more = await submitAll(stack, [smallPicture(3), smallPicture(4)]);
    for (const id of more) expect((await ended(client, id)).status).toBe('done');
    await eventually(() => expectNothingLost(stack, 4), { timeoutMs: 15_000 });
  },
);
