import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectEvents } from '@gaze/client';
import { checkImage } from '@gaze/media';
import type { ImageView } from '@gaze/contracts';
import { clientOf, ended } from '../stack/ask.ts';
import { smallPicture } from '../faults/submit.ts';
import type { HostProcess } from '../support/hosts.ts';
import { startFoundry } from '../support/foundry.ts';
import { allUp } from './p1-busy.ts';
import type { Row } from './row.ts';
import { quantile, round } from './row.ts';

const now = (): number => performance.timeOrigin + performance.now();

/** P3: from the end of a prompt on its host to the picture at a socket client, its thumbnail fetched. */
export async function doneToPicture({ times }: { times: number }): Promise<Row> {
  const foundry = await startFoundry({ hosts: 1, generators: 1 });
  const arrived = new Map<string, { atMs: number; image: ImageView }>();
  const { stack } = foundry;
  const headers = { 'x-api-key': stack.apiKey };
  const events = connectEvents({
    baseUrl: stack.url,
    apiKey: stack.apiKey,
    topics: ['image'],
    onEvent(event) {
      if (event.type !== 'image.created') return;
      const { image } = event;
      void fetch(stack.url + image.thumb_url, { headers })
        .then((answer) =>
          answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(`thumbnail: ${answer.status}`)),
        )
        .then(() => arrived.set(image.job_id ?? '', { atMs: now(), image }));
    },
  });
  try {
    await allUp(foundry);
    const client = clientOf(stack);
    const [host] = foundry.hosts as [HostProcess];
    const whole: number[] = [];
    const least: number[] = [];
    const warm = 3;
    for (let i = 0; i < times + warm; i++) {
      const entry = { ...smallPicture(i, { width: 832, height: 1216 }), lane: 'interactive' as const };
      const { jobs } = await client.jobs.submit(entry);
      const id = jobs[0]?.id ?? '';
      await ended(client, id);
      while (!arrived.has(id)) await new Promise((resolve) => setTimeout(resolve, 2));
      const found = arrived.get(id);
      const end = (await host.log()).filter((one) => one.type === 'ended').at(-1);
      const alone = await decodeAndSync(join(stack.uploadsDir, found?.image.key ?? ''), stack.stateDir);
      if (i < warm) continue;
      whole.push((found?.atMs ?? Number.NaN) - (end?.at ?? 0));
      least.push(alone);
    }
    const p99 = quantile(whole, 0.99);
    return {
      id: 'P3',
      measured: 'the host is done until image event and thumbnail are at a socket client: p99',
      against: '200 ms; beside it: decoding the PNG and one fsync',
      ratio: round(p99 / 200),
      goal: 1,
      better: 'less',
      absolute: {
        p50_ms: round(quantile(whole, 0.5), 1),
        p99_ms: round(p99, 1),
        least_p50_ms: round(quantile(least, 0.5), 1),
        times_least: round(quantile(whole, 0.5) / quantile(least, 0.5), 1),
        times,
      },
    };
  } finally {
    events.close();
    await foundry[Symbol.asyncDispose]();
  }
}

async function decodeAndSync(picture: string, dir: string): Promise<number> {
  const bytes = await readFile(picture);
  const began = performance.now();
  await checkImage(bytes);
  const file = await open(join(dir, 'bench-least'), 'w');
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  return performance.now() - began;
}
