import { eventually, verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';
import { busyOf, sharesOf } from '../support/busy.ts';
import type { Foundry } from '../support/foundry.ts';
import { startFoundry } from '../support/foundry.ts';
import type { HostProcess } from '../support/hosts.ts';
import { expectNothingLost, jobOf } from './oracle.ts';
import { hostsUp, smallPicture, submitAll } from './submit.ts';

let foundry: Foundry;
let submitted = 0;
beforeAll(async () => {
  foundry = await startFoundry({
    hosts: 3,
    generators: 1,
    stepMs: 25,
    env: { COMFYUI_HANG_SECONDS: '3', COMFYUI_SILENT_SECONDS: '3' },
  });
  await hostsUp(foundry);
});
afterAll(() => foundry[Symbol.asyncDispose]());

async function submit(count: number): Promise<string[]> {
  const pictures = Array.from({ length: count }, (_, i) => smallPicture(1000 + submitted + i));
  submitted += count;
  return submitAll(foundry.stack, pictures);
}

/** Waits until a host works on something; answers the job. */
function workingOn(host: HostProcess, since: number): Promise<string> {
  return eventually(
    async () => {
      const log = (await host.log()).filter((entry) => entry.seq > since);
      const started = log.filter((entry) => entry.type === 'started').at(-1);
      const all = await host.log();
      const posted = all
        .filter((entry) => entry.type === 'posted')
        .find((entry) => entry.promptId === started?.promptId);
      if (posted === undefined) throw new Error(`${host.name} works on nothing`);
      return jobOf(posted);
    },
    { timeoutMs: 20_000 },
  );
}

const lastSeq = async (host: HostProcess): Promise<number> => (await host.log()).at(-1)?.seq ?? 0;

/** How busy the healthy hosts were from their first to their last start after a moment. */
async function healthyShare(hosts: readonly HostProcess[], since: readonly number[]): Promise<number> {
  const busy = await Promise.all(
    hosts.map(async (host, i) => busyOf((await host.log()).filter((entry) => entry.seq > (since[i] ?? 0)))),
  );
  return sharesOf(busy).work;
}

describe('a host that fails under work', () => {
  test.each([
    ['hangs in a picture', { kind: 'hang', where: 'execution' }, 12_000],
    ['answers nothing any more', { kind: 'hang', where: 'http' }, 14_000],
    [
      'answers 500 to every post',
      { kind: 'http', status: 500, route: '/prompt', method: 'POST', times: 'always' },
      8000,
    ],
    ['sends broken pictures', { kind: 'truncated_image', how: 'connection', times: 'always' }, 10_000],
  ] as const)(
    verifies('R5', 'that %s: its jobs move, and the healthy ones stay busy'),
    async (_, fault, withinMs) => {
      const { stack, hosts } = foundry;
      const client = clientOf(stack);
      const [sick, ...healthy] = hosts as [HostProcess, ...HostProcess[]];
      const since = await Promise.all(healthy.map(lastSeq));
      const sickSince = await lastSeq(sick);
      if (fault.kind !== 'hang') await sick.fault(fault);
      const ids = await submit(18);
      if (fault.kind === 'hang') {
        await workingOn(sick, sickSince);
        await sick.fault(fault);
      }
      const began = performance.now();
      for (const id of ids) {
        const job = await ended(client, id, 60_000);
        expect(job.error).toBeNull();
        expect(job.status).toBe('done');
        expect(job.host?.name).not.toBe(
          fault.kind === 'http' || fault.kind === 'truncated_image' ? sick.name : '',
        );
      }
      expect(performance.now() - began).toBeLessThan(withinMs);
      expect(await healthyShare(healthy, since)).toBeGreaterThan(0.8);
      await sick.clearFaults();
      await hostsUp(foundry);
    },
  );

  test(verifies('R5', 'that dies: its jobs are elsewhere within five seconds'), async () => {
    const { stack, hosts } = foundry;
    const client = clientOf(stack);
    const [, dying] = hosts as [HostProcess, HostProcess];
    const since = await lastSeq(dying);
    const ids = await submit(9);
    const victim = await workingOn(dying, since);
    await dying.die();
    const began = performance.now();
    const moved = await eventually(
      async () => {
        const job = await client.jobs.get(victim);
        expect(job.attempt_history.length).toBeGreaterThan(1);
        return job;
      },
      { timeoutMs: 10_000 },
    );
    expect(performance.now() - began).toBeLessThan(5000);
    expect(moved.attempt_history[0]).toMatchObject({ status: 'failed' });
    for (const id of ids) expect((await ended(client, id)).status).toBe('done');
    await dying.revive();
    await hostsUp(foundry);
  });
});

describe('a workflow that hosts refuse', () => {
  test(
    verifies('R6', 'fails within a second, after one post, and the job shows node and reason'),
    async () => {
      const { stack, hosts } = foundry;
      const client = clientOf(stack);
      const since = await Promise.all(hosts.map(lastSeq));
      for (const host of hosts) await host.fault({ kind: 'node_errors', times: 'always' });
      const began = performance.now();
      const [id = ''] = await submit(1);
      const job = await ended(client, id, 5000);
      expect(performance.now() - began).toBeLessThan(1500);
      expect(job.status).toBe('failed');
      expect(job.error).toMatchObject({ code: 'workflow_refused' });
      expect(job.error?.message).toMatch(/refused the workflow at node \S+ \(\w+\): Value not in list/);
      const posts = await Promise.all(
        hosts.map(async (host, i) =>
          (await host.log()).filter((entry) => entry.type === 'posted' && entry.seq > (since[i] ?? 0)),
        ),
      );
      expect(posts.flat()).toHaveLength(1);
      for (const host of hosts) await host.clearFaults();
    },
  );
});

test(verifies('R5', 'after all of it nothing is lost'), async () => {
  await eventually(() => expectNothingLost(foundry.stack, submitted), { timeoutMs: 15_000 });
});
