// Renders an entry of the library and saves its pictures:
//   node docs/examples/render.mjs <category> <slug> [--count 2] [--seed 5] [--to folder]
// GAZE_URL and GAZE_API_KEY say where and who. Runs on Node 20 or newer and needs nothing else.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1' },
    seed: { type: 'string' },
    to: { type: 'string', default: '.' },
  },
});
const [category, slug] = positionals;
const { GAZE_URL: house = 'http://127.0.0.1:5782', GAZE_API_KEY: key } = process.env;
if (category === undefined || slug === undefined || key === undefined) {
  console.error('Say a category and a slug, and set GAZE_API_KEY.');
  process.exit(2);
}

async function ask(path, options = {}) {
  const answer = await fetch(house + path, { ...options, headers: { 'X-API-Key': key, ...options.headers } });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error([problem.detail ?? `HTTP ${answer.status}`, problem.hint].filter(Boolean).join(' '));
}

try {
  const queued = await ask(`/api/v1/library/${category}/${slug}/generate`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      count: Number(values.count),
      ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    }),
  });
  const { jobs, notes } = await queued.json();
  for (const note of notes) console.log(note);
  await mkdir(values.to, { recursive: true });
  for (const { id } of jobs) {
    const job = await ended(id);
    if (job.status !== 'done') throw new Error(job.error?.message ?? `The job is ${job.status}.`);
    for (const image of job.images) {
      const picture = await ask(image.url);
      const file = join(values.to, `${slug}-${job.seed}.png`);
      await writeFile(file, Buffer.from(await picture.arrayBuffer()));
      console.log(file);
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Asks until the job is over. The event stream would say it sooner; for a script this is enough. */
async function ended(id) {
  for (;;) {
    const job = await (await ask(`/api/v1/jobs/${id}`)).json();
    if (['done', 'failed', 'cancelled'].includes(job.status)) return job;
    await wait(500);
  }
}
