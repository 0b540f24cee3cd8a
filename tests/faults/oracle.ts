import { createHash } from 'node:crypto';
import type { LogEntry } from '@gaze/comfyui-stand-in';
import { Sidecar } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import type { TestStack } from '@gaze/testing';
import { expect } from 'vitest';
import pg from 'pg';
import type { HostProcess } from '../support/hosts.ts';

interface JobRow {
  id: string;
  status: string;
  error: { message?: string } | null;
  attempt: number;
  /** Attempts that count against it; one that gave way, or whose start nobody heard of, does not. */
  counted_attempts: number;
}
interface ImageRow {
  key: string;
  sha256: string;
  job_id: string;
}

export interface Truth {
  jobs: JobRow[];
  images: ImageRow[];
}

/** What the database says, once. */
export async function readTruth(stack: TestStack): Promise<Truth> {
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  await db.connect();
  try {
    const jobs = await db.query<JobRow>(
      'SELECT id, status, error, attempt, counted_attempts FROM job ORDER BY id',
    );
    const images = await db.query<ImageRow>('SELECT key, sha256, job_id FROM image WHERE job_id IS NOT NULL');
    return { jobs: jobs.rows, images: images.rows };
  } finally {
    await db.end();
  }
}

/**
 * Holds a house that has gone quiet against what it was asked for: every job has an end, every done one exactly its
 * picture, and rows, files, sidecars and checksums say the same.
 */
export async function expectNothingLost(stack: TestStack, submitted: number): Promise<Truth> {
  const truth = await readTruth(stack);
  const by = (status: string) => truth.jobs.filter((job) => job.status === status);
  const [done, failed, cancelled] = [by('done'), by('failed'), by('cancelled')];
  expect(done.length + failed.length + cancelled.length).toBe(submitted);
  for (const job of failed) expect(job.error?.message ?? '', `the failed job ${job.id}`).not.toBe('');

  const rows = Map.groupBy(truth.images, (image) => image.job_id);
  for (const job of done) expect(rows.get(job.id) ?? [], `pictures of ${job.id}`).toHaveLength(1);
  for (const job of [...failed, ...cancelled])
    expect(rows.get(job.id), `pictures of ${job.id}`).toBeUndefined();

  for (const { key, sha256 } of truth.images) {
    const bytes = await readAll(stack.store, key);
    expect(createHash('sha256').update(bytes).digest('hex'), key).toBe(sha256);
    const sidecar = Sidecar.parse(JSON.parse((await readAll(stack.store, `${key}.json`)).toString()));
    expect(sidecar.generation?.job_id).toBe(rowOf(truth, key)?.job_id);
  }
  const files: string[] = [];
  for await (const { key } of stack.store.entries('')) files.push(key);
  const sidecars = files.filter((file) => /(^|\/)gen_[^/]*\.png\.json$/.test(file));
  const keys = new Set(truth.images.map((image) => image.key));
  // A file with a sidecar is a picture, and a picture has a row. Bytes without one are nobody's and get swept later.
  expect(sidecars.filter((file) => !keys.has(file.replace(/\.json$/, '')))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.tmp') || file.includes('.partial'))).toEqual([]);
  return truth;
}

const rowOf = (truth: Truth, key: string): ImageRow | undefined =>
  truth.images.find((image) => image.key === key);

export interface Renders {
  /** Prompts that some host began to render. */
  started: number;
  /** Of those: more than one for each job. */
  extra: number;
  byJob: Map<string, number>;
}

/** What the hosts really rendered, by their own logs. */
export async function rendersOf(hosts: readonly HostProcess[]): Promise<Renders> {
  const logs = (await Promise.all(hosts.map((host) => host.log()))).flat();
  const jobs = new Map(
    logs.flatMap((entry) => (entry.type === 'posted' ? [[entry.promptId, jobOf(entry)] as const] : [])),
  );
  const byJob = new Map<string, number>();
  for (const entry of logs) {
    if (entry.type !== 'started') continue;
    const job = jobs.get(entry.promptId) ?? 'somebody';
    byJob.set(job, (byJob.get(job) ?? 0) + 1);
  }
  const counts = [...byJob.values()];
  return {
    started: counts.reduce((sum, count) => sum + count, 0),
    extra: counts.reduce((sum, count) => sum + count - 1, 0),
    byJob,
  };
}

export function jobOf(entry: Extract<LogEntry, { type: 'posted' }>): string {
  const marker = entry.extraData.gaze as { job?: string } | undefined;
  return marker?.job ?? 'somebody';
}
