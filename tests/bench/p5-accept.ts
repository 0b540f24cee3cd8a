import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { smallPicture } from '../faults/submit.ts';
import { clientOf } from '../stack/ask.ts';
import { startFoundry } from '../support/foundry.ts';
import { allUp } from './p1-busy.ts';
import type { Row } from './row.ts';
import { quantile, round } from './row.ts';

/** Requests that are under way at a time. */
const together = 16;
const batchSize = 1000;
const batches = 5;

/**
 * P5: how fast work is accepted, each answer a 202 for something stored. The queue is paused: what is measured is taking
 * it in, and it grows while that goes on, as it does where somebody queues a night's work.
 */
export async function accepting({ rounds, jobs }: { rounds: number; jobs: number }): Promise<Row[]> {
  const foundry = await startFoundry({
    hosts: 1,
    generators: 1,
    // Nobody may ask that often; the limit is measured elsewhere.
    env: { REQUESTS_PER_MINUTE: '1000000' },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: together });
  const bare = await startBare(foundry.stack.databaseUrl);
  try {
    await allUp(foundry);
    const client = clientOf(foundry.stack);
    await client.queues.pause('image');
    const house = new URL('/api/v1/jobs', foundry.stack.url);
    const headers = { 'x-api-key': foundry.stack.apiKey };
    let seed = 0;
    const through = (count: number): Promise<number> =>
      perSecond(count, () => post(house, smallPicture(seed++), { agent, headers }));
    const alone = (count: number): Promise<number> =>
      perSecond(count, () => post(bare.url, smallPicture(seed++), { agent, headers: {} }));

    // The first ones open connections and fill caches; taken in turn, both meet the same moments of this machine.
    await through(together * 10);
    await alone(together * 10);
    const whole: number[] = [];
    const least: number[] = [];
    for (let i = 0; i < rounds; i++) {
      whole.push(await through(jobs));
      least.push(await alone(jobs));
    }
    const batchMs: number[] = [];
    for (let i = 0; i < batches; i++) {
      const entries = Array.from({ length: batchSize }, () => smallPicture(seed++));
      const began = performance.now();
      const { entries: taken } = await client.batches.submit(entries);
      batchMs.push(performance.now() - began);
      const refused = taken.find((entry) => entry.problem !== null);
      if (refused !== undefined) throw new Error(`not accepted: ${JSON.stringify(refused.problem)}`);
    }
    const rate = quantile(whole, 0.5);
    return [
      {
        id: 'P5',
        measured: `jobs accepted per second over REST, ${together} at a time`,
        against: 'Fastify as it comes and one insert into the same PostgreSQL',
        ratio: round(rate / quantile(least, 0.5)),
        goal: 0.3,
        better: 'more',
        absolute: {
          jobs_per_s: round(rate, 0),
          slowest_jobs_per_s: round(Math.min(...whole), 0),
          bare_per_s: round(quantile(least, 0.5), 0),
          jobs: rounds * jobs,
        },
        note: 'promised besides: ≥ 300 per second on a machine of its own',
      },
      {
        id: 'P5',
        measured: `a batch of ${batchSize} jobs is accepted: p50`,
        against: '1 s',
        ratio: round(quantile(batchMs, 0.5) / 1000),
        goal: 1,
        better: 'less',
        absolute: {
          p50_ms: round(quantile(batchMs, 0.5), 0),
          slowest_ms: round(Math.max(...batchMs), 0),
          batches,
        },
      },
    ];
  } finally {
    agent.destroy();
    await bare.end();
    await foundry[Symbol.asyncDispose]();
  }
}

/** Does something `count` times, `together` at a time; answers how often a second that was. */
async function perSecond(count: number, once: () => Promise<void>): Promise<number> {
  let left = count;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await once();
  };
  await Promise.all(Array.from({ length: together }, worker));
  return (count / (performance.now() - began)) * 1000;
}

/** Without fetch: what the sender costs is taken from both sides, and should be little. */
function post(
  url: URL,
  body: unknown,
  { agent, headers }: { agent: Agent; headers: Record<string, string> },
): Promise<void> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => {
          if (answer.statusCode === 202) resolve();
          else reject(new Error(`not accepted: ${answer.statusCode ?? 0}`));
        });
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

async function startBare(databaseUrl: string): Promise<{ url: URL; end: () => Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-server.ts')], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('the bare server did not start')));
  });
  return {
    url: new URL(`http://127.0.0.1:${port}/jobs`),
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
