import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';
import type { Foundry } from '../support/foundry.ts';
import { startFoundry } from '../support/foundry.ts';
import { expectNothingLost, rendersOf } from './oracle.ts';
import { hostsUp, smallPicture, submitAll } from './submit.ts';

let foundry: Foundry;
let submitted = 0;
beforeAll(async () => {
  foundry = await startFoundry({ hosts: 2, generators: 1, stepMs: 60 });
  await hostsUp(foundry);
});
afterAll(() => foundry[Symbol.asyncDispose]());

const count = 8;

/** How many prompts the hosts were given so far. */
async function posts(): Promise<number> {
  const logs = await Promise.all(foundry.hosts.map((host) => host.log()));
  return logs.flat().filter((entry) => entry.type === 'posted').length;
}

describe('the bus, while hosts render and more waits', () => {
  test.each([
    { what: 'restarts', goesOnWithinMs: 5_000, wiped: false },
    { what: 'loses its whole store', goesOnWithinMs: 35_000, wiped: true },
  ])(
    verifies(
      'R3',
      '$what: work goes on within $goesOnWithinMs ms after it is up, no attempt is counted, none is lost',
    ),
    { timeout: 150_000 },
    async ({ what, goesOnWithinMs, wiped }) => {
      const { stack, hosts } = foundry;
      const before = await posts();
      const ids = await submitAll(
        stack,
        Array.from({ length: count }, (_, i) => smallPicture(submitted + i)),
      );
      submitted += count;
      await eventually(async () => expect(await posts()).toBeGreaterThan(before + 1), { timeoutMs: 30_000 });

      await stack.process('nats').hold();
      if (wiped) await rm(join(stack.stateDir, 'nats'), { recursive: true });
      // It stays away until the hosts have nothing more to do: what they begin after that came over the new bus.
      await eventually(
        async () => {
          const queues = await Promise.all(
            hosts.map(async ({ url }) => (await fetch(`${url}/queue`)).text()),
          );
          for (const queue of queues)
            expect(JSON.parse(queue)).toEqual({ queue_running: [], queue_pending: [] });
        },
        { timeoutMs: 30_000 },
      );
      const given = await posts();
      expect(given - before, 'something is left to do').toBeLessThan(count);
      await stack.process('nats').resume();
      const upAt = performance.now();
      await eventually(async () => expect(await posts()).toBeGreaterThan(given), {
        timeoutMs: goesOnWithinMs,
      });
      process.stdout.write(`the bus ${what}: on after ${Math.round(performance.now() - upAt)} ms\n`);

      for (const id of ids) expect(await ended(clientOf(stack), id)).toMatchObject({ status: 'done' });
      const { jobs } = await eventually(() => expectNothingLost(stack, submitted), { timeoutMs: 15_000 });
      expect(jobs.filter((job) => job.counted_attempts > 0)).toEqual([]);
      expect((await rendersOf(hosts)).extra, 'nothing was rendered twice').toBe(0);
    },
  );
});
