import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { connectNats, ensureStream } from '@gaze/runtime';
import { startNats, testLog } from '@gaze/testing';
import pg from 'pg';
import { clientOf, ended } from '../stack/ask.ts';
import type { HostProcess } from '../support/hosts.ts';
import type { Foundry } from '../support/foundry.ts';
import { startFoundry } from '../support/foundry.ts';
import { smallPicture } from '../faults/submit.ts';
import { allUp } from './p1-busy.ts';
import type { Row } from './row.ts';
import { quantile, round } from './row.ts';

/** Milliseconds since 1970 with fractions, as the hosts' logs have them. */
const now = (): number => performance.timeOrigin + performance.now();

/** P2: from the request to the moment at which the host begins, in a house that has nothing else to do. */
export async function submitToStart({ times }: { times: number }): Promise<Row> {
  const foundry = await startFoundry({ hosts: 1, generators: 1 });
  try {
    await allUp(foundry);
    const whole: number[] = [];
    const bare: number[] = [];
    const least = await leastWork(foundry);
    // The first ones open connections and fill caches; taken in turn, both meet the same moments of this machine.
    const warm = 5;
    for (let i = 0; i < times + warm; i++) {
      const through = await throughTheHouse(foundry, i);
      const alone = await least.once();
      if (i < warm) continue;
      whole.push(through);
      bare.push(alone);
    }
    await least.end();
    const p50 = quantile(whole, 0.5);
    return {
      id: 'P2',
      measured: 'submit until the host starts, idle: p50',
      against: 'a bare POST /prompt, three commits and one publish: p50',
      ratio: round(p50 / quantile(bare, 0.5)),
      goal: 1.5,
      better: 'less',
      absolute: {
        p50_ms: round(p50, 1),
        p99_ms: round(quantile(whole, 0.99), 1),
        least_p50_ms: round(quantile(bare, 0.5), 1),
        least_p99_ms: round(quantile(bare, 0.99), 1),
        times,
      },
      note: 'promised besides: p50 ≤ 20 ms, p99 ≤ 80 ms on a machine of its own',
    };
  } finally {
    await foundry[Symbol.asyncDispose]();
  }
}

async function throughTheHouse({ stack, hosts }: Foundry, i: number): Promise<number> {
  const [host] = hosts as [HostProcess];
  const client = clientOf(stack);
  const entry = { ...smallPicture(5000 + i), lane: 'interactive' as const };
  const began = now();
  const { jobs } = await client.jobs.submit(entry);
  const id = jobs[0]?.id ?? '';
  await ended(client, id);
  const log = await host.log();
  const posted = log.filter((one) => one.type === 'posted').at(-1);
  const started = log.find((one) => one.type === 'started' && one.promptId === posted?.promptId);
  return (started?.at ?? Number.NaN) - began;
}

/** What no house could leave out: the same prompt, posted by hand, after as many commits and publishes. */
async function leastWork({ stack, hosts }: Foundry) {
  const [host] = hosts as [HostProcess];
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  // The house ends its PostgreSQL under an open connection where the bench breaks off.
  db.on('error', () => undefined);
  await db.connect();
  await db.query('CREATE TABLE bench_least (id bigint GENERATED ALWAYS AS IDENTITY, body text)');
  // A server of its own: nobody but the catalog may make streams on the house's.
  const server = await startNats();
  const nats = await connectNats({ url: server.url, name: 'bench', log: testLog() });
  await ensureStream(nats.nc, { name: 'BENCH', subjects: ['bench.least'] });
  const first = await throughTheHouse({ stack, hosts } as Foundry, 4000);
  if (!Number.isFinite(first)) throw new Error('the first picture did not start');
  const { graph } = (await host.log()).filter((one) => one.type === 'posted').at(-1) ?? {};
  let seed = 1;
  return {
    async once(): Promise<number> {
      const mine = structuredClone(graph) as Record<string, { inputs: Record<string, unknown> }>;
      for (const node of Object.values(mine)) if ('seed' in node.inputs) node.inputs.seed = seed++;
      const promptId = randomUUID();
      const began = now();
      for (let commit = 0; commit < 3; commit++) {
        await db.query('INSERT INTO bench_least (body) VALUES ($1)', [promptId]);
      }
      // Answered by the stream once it has stored it.
      await nats.nc.request('bench.least', promptId, { timeout: 2000 });
      await fetch(`${host.url}/prompt`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: mine, prompt_id: promptId, client_id: 'bench' }),
      });
      for (;;) {
        const log = await host.log();
        const started = log.find((one) => one.type === 'started' && one.promptId === promptId);
        if (started !== undefined && log.some((one) => one.type === 'ended' && one.promptId === promptId))
          return started.at - began;
        await wait(5);
      }
    },
    async end() {
      await db.end();
      await nats.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
