import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildClient } from '@gaze/client';
import { subjects } from '@gaze/contracts';
import { startLlmStandIn } from '@gaze/llm-stand-in';
import { eventually, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { smallPicture } from '../faults/submit.ts';
import { dumpOf } from '../support/dump.ts';
import { startFoundry } from '../support/foundry.ts';
import { s3Server } from '../support/s3-server.ts';
import { ended } from './ask.ts';

const llmKey = 'sk-planted-5b0e7c91d2f84a63';
const password = 'planted-password-9e41';
const s3 = { access: 'planted-s3-access-71c2', secret: 'planted-s3-secret-b8f0' };

/** Every file below a folder as text, a byte a letter. */
async function filesBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  );
  return texts.join('\n');
}

test(
  verifies(
    'S2',
    'all secrets planted at once: no dump, log, error, message, sidecar or picture holds one of them',
  ),
  async () => {
    await using bucket = await s3Server('gaze');
    const rightLlm = await startLlmStandIn({ apiKey: llmKey });
    const wrongLlm = await startLlmStandIn({ apiKey: 'another' });
    await using foundry = await startFoundry({
      hosts: 1,
      generators: 1,
      env: {
        LOG_LEVEL: 'trace',
        GAZE_PASSWORD: password,
        S3_ENDPOINT: bucket.url,
        S3_BUCKET: 'gaze',
        S3_ACCESS_KEY: s3.access,
        S3_SECRET_KEY: s3.secret,
      },
    });
    const { stack } = foundry;
    const told: string[] = [];
    for (const subject of [subjects.events, subjects.allProgress])
      stack.bus.nc.subscribe(subject, { callback: (_error, message) => void told.push(message.string()) });
    const errors: string[] = [];
    const refused = async (answer: Promise<Response>): Promise<number> => {
      const { status, text } = await answer.then(async (one) => ({
        status: one.status,
        text: await one.text(),
      }));
      errors.push(text);
      return status;
    };
    const admin = buildClient({ baseUrl: stack.url, apiKey: stack.apiKey });
    const { secret: apiKey } = await admin.keys.create({ name: 'planted', scopes: ['admin'] });
    const client = buildClient({ baseUrl: stack.url, apiKey });
    const signIn = (word: string): Promise<Response> =>
      fetch(`${stack.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: stack.url },
        body: JSON.stringify({ password: word }),
      });
    const cookie = (await signIn(password)).headers.get('set-cookie')?.split(';')[0]?.split('=')[1] ?? '';
    expect(cookie.length).toBeGreaterThan(20);
    const secrets = JSON.parse(await readFile(join(stack.stateDir, 'secrets.json'), 'utf8')) as {
      postgres: string;
      nats: Record<string, string>;
    };
    expect(stack.databaseUrl).toContain(secrets.postgres);

    // Work that goes well, and all that can go wrong with a secret in the hand.
    const { jobs } = await client.jobs.submit(smallPicture(1));
    const job = await ended(client, jobs[0]?.id ?? '');
    expect(job).toMatchObject({ status: 'done', error: null });
    const provider = { kind: 'openai' as const, model: 'stand-in', api_key: llmKey };
    const create = async (name: string) => {
      const made = await client.llm.create('characters', { description: 'Silver hair.', name });
      return ended(client, made.jobs[0]?.id ?? '', 120_000);
    };
    await client.llm.setProvider({ ...provider, base_url: rightLlm.baseUrl });
    expect(await create('Ilsa Wick')).toMatchObject({ status: 'done' });
    await client.llm.setProvider({ ...provider, base_url: wrongLlm.baseUrl });
    const failed = await create('Never Made');
    expect(failed).toMatchObject({ status: 'failed' });
    expect(await refused(signIn(`${password}-not`))).toBe(401);
    expect(await refused(fetch(`${stack.url}/api/v1/jobs?api_key=${apiKey}&nonsense=1`))).toBe(422);
    const objects = await Promise.all(
      bucket.keys().map(async (key) => {
        const answer = await fetch(`${bucket.url}/gaze/${key}`);
        return Buffer.from(await answer.arrayBuffer()).toString('latin1');
      }),
    );
    await bucket.down();
    const picture = `${stack.url}${job.images[0]?.url ?? ''}`;
    expect(await refused(fetch(picture, { headers: { 'x-api-key': apiKey } }))).toBe(503);
    const dump = await dumpOf(stack.databaseUrl);
    await stack.process('postgres').hold();
    await eventually(
      async () =>
        expect(await refused(fetch(`${stack.url}/api/v1/jobs`, { headers: { 'x-api-key': apiKey } }))).toBe(
          503,
        ),
      { timeoutMs: 30_000 },
    );
    await stack.process('postgres').resume();

    const places = {
      dump,
      logs: await filesBelow(join(stack.stateDir, 'logs')),
      bus: await filesBelow(join(stack.stateDir, 'nats')),
      told: told.join('\n'),
      errors: [...errors, JSON.stringify([job, failed])].join('\n'),
      objects: objects.join('\n'),
    };
    // Each place was really looked into: something harmless of this very work is there.
    for (const [where, text] of Object.entries(places)) expect(text.length, where).toBeGreaterThan(500);
    expect(places.dump).toContain('Ilsa Wick');
    expect(places.objects.match(/elke_marrow/g)?.length ?? 0).toBeGreaterThan(1);
    expect(places.told).toContain('job.changed');
    const planted = {
      ...{
        apiKey,
        adminKey: stack.apiKey,
        password,
        cookie,
        llmKey,
        s3Access: s3.access,
        s3Secret: s3.secret,
      },
      ...{ database: secrets.postgres, key: await readFile(join(stack.stateDir, 'bus.key'), 'utf8') },
      ...Object.fromEntries(Object.entries(secrets.nats).map(([user, word]) => [`nats ${user}`, word])),
    };
    for (const [where, text] of Object.entries(places))
      for (const [what, secret] of Object.entries(planted))
        expect(text.includes(secret.trim()), `${what} in ${where}`).toBe(false);

    await rightLlm.stop();
    await wrongLlm.stop();
  },
);
