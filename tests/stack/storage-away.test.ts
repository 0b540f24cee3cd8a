import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Client } from '@gaze/client';
import { eventually, startStack, tempDir, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { s3Server } from '../support/s3-server.ts';
import { smallDisk } from '../support/small-disk.ts';
import { clientOf, ended } from './ask.ts';

const limit = { timeoutMs: 60_000 };

async function submitOne(client: Client): Promise<string> {
  const { jobs } = await client.entities.generate('characters', 'elke_marrow', {});
  return jobs[0]?.id ?? '';
}

/** The queue stands still and says why, and the job waits with the same words; nothing failed. */
async function pausesWith(client: Client, jobId: string, words: RegExp): Promise<void> {
  await eventually(async () => {
    const queue = (await client.queues.list()).queues.find(({ kind }) => kind === 'image');
    expect(queue).toMatchObject({ paused: true, reason: expect.stringMatching(words) as string });
    expect(await client.jobs.get(jobId)).toMatchObject({ status: 'waiting', error: null });
  }, limit);
}

/** It goes on by itself, and the job ends with its picture. */
async function goesOn(client: Client, jobId: string): Promise<void> {
  const job = await ended(client, jobId);
  expect(job).toMatchObject({ status: 'done', error: null });
  expect(job.images).toHaveLength(1);
  const queue = (await client.queues.list()).queues.find(({ kind }) => kind === 'image');
  expect(queue).toMatchObject({ paused: false, reason: null });
}

async function uploadCover(stack: TestStack): Promise<number> {
  const picture = await sharp({ create: { width: 700, height: 700, channels: 3, background: '#246' } })
    .png()
    .toBuffer();
  const response = await fetch(`${stack.url}/api/v1/library/characters/elke_marrow/cover`, {
    method: 'POST',
    headers: { 'x-api-key': stack.apiKey, 'content-type': 'image/png' },
    body: new Uint8Array(picture),
  });
  await response.arrayBuffer();
  return response.status;
}

test(
  verifies(
    'R10',
    'a full disk pauses the queue, answers 507, shows no half picture, and the work goes on by itself',
  ),
  async () => {
    await using disk = await smallDisk();
    await using stack = await startStack({ pictures: 'disk', env: { UPLOADS_DIR: disk.path, ...disk.env } });
    const client = clientOf(stack);
    await ended(client, await submitOne(client));
    await disk.fill();
    const files = await picturesBelow(disk.path);
    const jobId = await submitOne(client);
    await pausesWith(client, jobId, /disk .* full/i);
    expect(await uploadCover(stack), disk.means).toBe(507);
    expect(await picturesBelow(disk.path), 'no half picture').toEqual(files);
    expect((await client.images.list()).items).toHaveLength(1);
    await disk.free();
    await goesOn(client, jobId);
    expect(await uploadCover(stack)).toBe(200);
  },
);

test(
  verifies(
    'R10',
    'an S3 server that is down or full pauses the queue, answers 503 or 507, and the work goes on when it is well again',
  ),
  async () => {
    await using s3 = await s3Server('gaze');
    const env = {
      S3_ENDPOINT: s3.url,
      S3_BUCKET: 'gaze',
      S3_ACCESS_KEY: 'gaze',
      S3_SECRET_KEY: 'gaze-secret',
    };
    await using stack = await startStack({ env });
    const client = clientOf(stack);
    const first = await ended(client, await submitOne(client));
    const address = `${stack.url}${first.images[0]?.url ?? ''}`;
    const status = async (): Promise<number> => {
      const response = await fetch(address, { headers: { 'x-api-key': stack.apiKey } });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await status()).toBe(200);
    await s3.down();
    const keys = s3.keys();
    const jobId = await submitOne(client);
    await pausesWith(client, jobId, /S3 server does not answer/);
    expect(await status()).toBe(503);
    expect(await uploadCover(stack)).toBe(503);
    expect(s3.keys()).toEqual(keys);
    await s3.up();
    await goesOn(client, jobId);
    expect(await status()).toBe(200);

    s3.fill();
    const before = s3.keys();
    const next = await submitOne(client);
    await pausesWith(client, next, /S3 server .* full/);
    expect(await uploadCover(stack)).toBe(507);
    expect(s3.keys(), 'no half picture').toEqual(before);
    s3.free();
    await goesOn(client, next);
    expect(await uploadCover(stack)).toBe(200);
  },
);

test('the stand-in for a small disk is full as the kernel says it', async () => {
  await using folder = await tempDir();
  await writeFile(join(folder.path, 'flag'), '');
  const script = `import('node:fs/promises').then(({ writeFile, open }) => open(process.argv[1], 'wx').then((h) => h.writeFile('x'))).catch((e) => console.log(e.code))`;
  const run = (flag: string): string =>
    spawnSync(process.execPath, ['-e', script, join(folder.path, 'sub/x')], {
      encoding: 'utf8',
      env: {
        NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../support/full-disk.mjs')).href}`,
        ...{ FULL_DISK_BELOW: join(folder.path, 'sub'), FULL_DISK_WHILE: join(folder.path, flag) },
      },
    }).stdout.trim();
  expect(run('flag')).toBe('ENOSPC');
  expect(run('no-flag')).toBe('ENOENT');
});

async function picturesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')) && /\.\w+$/.test(name))
    .sort();
}
