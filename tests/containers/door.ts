import { buildClient } from '@gaze/client';
import type { Client } from '@gaze/client';
import type { JobDetail } from '@gaze/contracts';
import { eventually } from '@gaze/testing';

/** Signs in with the password, as a browser does, and makes a key that may do everything. */
export async function openDoor(url: string, password: string): Promise<{ client: Client; key: string }> {
  const json = { 'content-type': 'application/json', origin: url };
  const session = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ password }),
  });
  if (!session.ok) throw new Error(`The password was not taken: ${await session.text()}`);
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  const made = await fetch(`${url}/api/v1/keys`, {
    method: 'POST',
    headers: { ...json, cookie },
    body: JSON.stringify({ name: `test ${Date.now()}`, scopes: ['admin'] }),
  });
  const { secret } = (await made.json()) as { secret: string };
  return { client: buildClient({ baseUrl: url, apiKey: secret }), key: secret };
}

/** Queues so many pictures of a preset over the original's endpoint. */
export async function queuePreset(url: string, key: string, preset: string, body: object): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/generate/${preset}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  });
  if (answer.status !== 202) throw new Error(`Nothing was queued: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { jobs: { job_id: string }[] }).jobs.map(({ job_id }) => job_id);
}

/** Waits until each of the jobs is done with its picture; fails at once where one has failed. */
export async function allDone(
  client: Client,
  ids: readonly string[],
  timeoutMs = 200_000,
): Promise<JobDetail[]> {
  return Promise.all(
    ids.map(async (id) => {
      const job = await eventually(
        async () => {
          const found = await client.jobs.get(id);
          if (!['done', 'failed', 'cancelled'].includes(found.status))
            throw new Error(`The job is ${found.status}: ${found.reason ?? ''}`);
          return found;
        },
        { timeoutMs, everyMs: 500 },
      );
      if (job.status !== 'done' || job.images.length !== 1)
        throw new Error(
          `The job ended ${job.status} with ${job.images.length} pictures: ${JSON.stringify(job.error)}`,
        );
      return job;
    }),
  );
}
