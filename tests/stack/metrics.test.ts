import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { expect, test } from 'vitest';
import { clientOf, ended } from './ask.ts';

/** The figures of one service, from the port that its log names. */
async function figuresOf(stack: TestStack, service: string): Promise<string> {
  const log = await readFile(join(stack.stateDir, 'logs', `${service}.log`), 'utf8');
  const lines = log.split('\n').filter((line) => line.includes('health and metrics are served'));
  const { port } = JSON.parse(lines.at(-1) ?? '{}') as { port?: number };
  const answer = await fetch(`http://127.0.0.1:${port ?? 0}/metrics`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** The value of one line; null where it is not there. */
function figure(text: string, line: string): number | null {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return found === undefined ? null : Number(found.slice(line.length + 1));
}

test(
  verifies(
    'ops.metrics',
    'every service gives its figures: depth of the queues, times of jobs, state of hosts, times of questions',
  ),
  async () => {
    await using stack = await startStack();
    const client = clientOf(stack);
    const { jobs } = await client.entities.generate('characters', 'elke_marrow', {});
    await ended(client, jobs[0]?.id ?? '');
    await client.tags.search('silver');
    await client.queues.pause('image');
    await client.entities.generate('characters', 'elke_marrow', { count: 3 });

    await eventually(
      async () => {
        const catalog = await figuresOf(stack, 'catalog');
        expect(figure(catalog, 'gaze_open_jobs{kind="image",status="waiting"}')).toBe(3);
        expect(figure(catalog, 'gaze_open_jobs{kind="llm",status="waiting"}')).toBe(0);
        expect(figure(catalog, 'gaze_job_seconds_count{kind="image",outcome="done"}')).toBe(1);
        expect(figure(catalog, 'gaze_job_work_seconds_count{kind="image",outcome="done"}')).toBe(1);
        expect(figure(catalog, 'gaze_job_seconds_sum{kind="image",outcome="done"}')).toBeGreaterThan(0);
        for (const { name } of (await client.hosts.list()).hosts) {
          expect(figure(catalog, `gaze_host_state{host="${name}",state="up"}`), name).toBe(1);
          expect(figure(catalog, `gaze_host_state{host="${name}",state="down"}`), name).toBe(0);
          expect(figure(catalog, `gaze_host_jobs{host="${name}"}`), name).toBe(0);
        }
      },
      { timeoutMs: 20_000 },
    );

    const answers = /^gaze_rpc_seconds_count\{.*outcome="ok".*\} [1-9]/m;
    const questions = /^gaze_rpc_call_seconds_count\{.*outcome="ok".*\} [1-9]/m;
    for (const service of ['catalog', 'danbooru-mcp'])
      expect(await figuresOf(stack, service), service).toMatch(answers);
    for (const service of ['gateway', 'generator', 'llm-worker'])
      expect(await figuresOf(stack, service), service).toMatch(questions);
    for (const service of ['catalog', 'gateway', 'generator', 'llm-worker', 'danbooru-mcp'])
      expect(await figuresOf(stack, service), service).toMatch(/^process_resident_memory_bytes \d/m);
  },
);
