import { setTimeout as wait } from 'node:timers/promises';
import type { SubmitInput } from '@gaze/contracts';
import { clientOf } from '../stack/ask.ts';
import { busyOf, sharesOf } from '../support/busy.ts';
import type { Foundry } from '../support/foundry.ts';
import { startFoundry } from '../support/foundry.ts';
import { pick, randomFrom } from '../support/random.ts';
import type { Row } from './row.ts';
import { round } from './row.ts';

const checkpoints = [
  'Illustrious/meridian_xl_v3.safetensors',
  'Illustrious/paperlight_xl.safetensors',
  'Illustrious/inkwash_2.safetensors',
] as const;
/** The sample checkpoints take 24 to 28 steps: about two seconds a picture. */
const stepMs = 78;
const loadMs = 2000;

/**
 * P1: how busy the GPUs are, by the hosts' own logs. Four stand-ins, two generators, pictures of two seconds over
 * three checkpoints in a random order.
 */
export async function busyShare(options: { jobs: number; seed: number }): Promise<Row> {
  const foundry = await startFoundry({ stepMs, loadMs, loraLoadMs: 0, generators: 2 });
  try {
    const client = clientOf(foundry.stack);
    await allUp(foundry);
    const random = randomFrom(options.seed);
    const entries = Array.from({ length: options.jobs }, (_, i): SubmitInput => ({
      lane: 'batch',
      recipe: {
        owner: { category: 'characters', slug: 'elke_marrow' },
        parts: { characters: [{ slug: 'elke_marrow' }] },
        checkpoint: pick(random, checkpoints),
        faceDetail: 'off',
        handDetail: 'off',
        width: 256,
        height: 256,
        seed: i,
      },
    }));
    const began = performance.now();
    await client.batches.submit(entries);
    await allEnded(foundry, options.jobs);
    const tookMs = performance.now() - began;
    const failed = await client.jobs.list({ status: ['failed', 'cancelled'], limit: 1 });
    if (failed.items.length > 0) throw new Error(`a job failed: ${failed.items[0]?.error?.message ?? ''}`);
    const busy = await Promise.all(foundry.hosts.map(async (host) => busyOf(await host.log())));
    const { gpu, work } = sharesOf(busy);
    return {
      id: 'P1',
      measured: `GPU-busy share of ${foundry.hosts.length} hosts, ${options.jobs} pictures of about 2 s over 3 checkpoints`,
      against: 'back to back = 1',
      ratio: round(gpu, 4),
      goal: 0.99,
      better: 'more',
      absolute: {
        working_share: round(work, 4),
        seconds: round(tookMs / 1000, 1),
        prompts: busy.reduce((sum, one) => sum + one.prompts, 0),
        loads: busy.reduce((sum, one) => sum + one.loads, 0),
        idle_ms_per_picture: round(idlePerPicture(busy), 1),
      },
      note: 'working_share counts what a host needs to decode and save a picture as work; the rest of the gap is that',
    };
  } finally {
    await foundry[Symbol.asyncDispose]();
  }
}

/** Milliseconds between the end of a prompt and the start of the next one: what GAZE is to blame for. */
function idlePerPicture(busy: readonly ReturnType<typeof busyOf>[]): number {
  const idle = busy.reduce((sum, one) => sum + one.spanMs - one.workMs, 0);
  return idle / busy.reduce((sum, one) => sum + Math.max(1, one.prompts - 1), 0);
}

export async function allUp({ stack, hosts }: Foundry): Promise<void> {
  const client = clientOf(stack);
  for (;;) {
    const known = (await client.hosts.list()).hosts;
    if (known.length === hosts.length && known.every((host) => host.state === 'up')) return;
    await wait(200);
  }
}

async function allEnded({ hosts }: Foundry, jobs: number): Promise<void> {
  // Asked of the hosts and seldom: the measurement must not be what keeps the house busy.
  for (;;) {
    const logs = await Promise.all(hosts.map((host) => host.log()));
    const ended = logs.flat().filter((entry) => entry.type === 'ended').length;
    if (ended >= jobs) return;
    await wait(5000);
  }
}
