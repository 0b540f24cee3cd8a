import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { clientOf, ended } from '../stack/ask.ts';
import { startFoundry } from '../support/foundry.ts';
import { expectNothingLost, rendersOf } from './oracle.ts';
import { hostsUp, smallPicture, submitAll } from './submit.ts';

/** `npm run test:faults` keeps the database away for the whole minute, a plain run until the host is through. */
const awayMs = process.env.GAZE_FAULT_LONG === '1' ? 60_000 : 0;
const quiet = { timeoutMs: 15_000 };
const everything = ['postgres', 'nats', 'catalog', 'generator', 'gateway'];

test(
  verifies('R2', 'everything is killed right after each 202: what was accepted ends done, with one picture'),
  { timeout: 150_000 },
  async () => {
    await using foundry = await startFoundry({ hosts: 2, generators: 1 });
    const { stack } = foundry;
    await hostsUp(foundry);
    const accepted: string[] = [];
    for (let round = 0; round < 2; round++) {
      accepted.push(...(await submitAll(stack, [smallPicture(round * 2), smallPicture(round * 2 + 1)])));
      for (const name of everything) stack.process(name).kill('SIGKILL');
      await hostsUp(foundry);
    }
    for (const id of accepted) expect(await ended(clientOf(stack), id)).toMatchObject({ status: 'done' });
    // Sidecars are written behind the rows.
    await eventually(() => expectNothingLost(stack, accepted.length), quiet);
  },
);

test(
  verifies(
    'R4',
    'PostgreSQL is gone while a host renders: reads are 503 with Retry-After, nothing crashes in turns, the picture is kept, no attempt is counted',
  ),
  { timeout: 240_000 },
  async () => {
    await using foundry = await startFoundry({ hosts: 1, generators: 1, stepMs: 100 });
    const { stack, hosts } = foundry;
    await hostsUp(foundry);
    const ids = await submitAll(stack, [smallPicture(1), smallPicture(2)]);
    const client = clientOf(stack);
    await eventually(async () => expect((await client.jobs.get(ids[0] ?? '')).status).toBe('running'), {
      timeoutMs: 30_000,
    });
    const lasting = ['gateway', 'generator', 'nats'];
    const pids = lasting.map((name) => stack.process(name).pid);
    const saidBefore = stack.said.length;
    await stack.process('postgres').hold();
    const goneAt = performance.now();
    const answer = async (): Promise<[number, string | null]> => {
      const { status, headers, body } = await fetch(`${stack.url}/api/v1/jobs`, {
        headers: { 'x-api-key': stack.apiKey },
      });
      await body?.cancel();
      return [status, headers.get('retry-after')];
    };
    const away = [503, expect.stringMatching(/^[1-9]\d*$/)];
    await eventually(async () => expect(await answer()).toEqual(away));
    // The host goes on meanwhile and ends what it has: nobody is there to hear of it.
    await eventually(
      async () =>
        expect((await hosts[0]?.log())?.filter((entry) => entry.type === 'ended').length).toBeGreaterThan(0),
      { timeoutMs: 60_000 },
    );
    const others: [number, string | null][] = [];
    await eventually(
      async () => {
        const seen = await answer();
        if (seen[0] !== 503 || seen[1] === null) others.push(seen);
        expect(performance.now() - goneAt).toBeGreaterThanOrEqual(awayMs);
      },
      { timeoutMs: awayMs + 30_000, everyMs: 500 },
    );
    expect(others, 'answers but 503 while it was away').toEqual([]);
    await stack.process('postgres').resume();
    for (const id of ids) expect(await ended(client, id)).toMatchObject({ status: 'done' });
    // The catalog ends once, for a new one that waits for the database; nothing else ends at all, and nothing in turns.
    const starts = stack.said.slice(saidBefore).filter((line) => line.includes('starting it again'));
    expect(starts.filter((line) => !line.startsWith('catalog: '))).toEqual([]);
    expect(starts.length, starts.join('\n')).toBeLessThanOrEqual(1);
    expect(lasting.map((name) => stack.process(name).pid)).toEqual(pids);
    const truth = await eventually(() => expectNothingLost(stack, ids.length), quiet);
    expect(truth.jobs.filter((job) => job.counted_attempts > 0)).toEqual([]);
    expect((await rendersOf(hosts)).extra, 'nothing was rendered twice').toBe(0);
  },
);
