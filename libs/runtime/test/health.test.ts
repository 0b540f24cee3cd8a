import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { buildHealth } from '../src/index.ts';
import type { Health, ReadyCheck } from '../src/index.ts';

const log = pino({ level: 'silent' });
let health: Health | undefined;
afterEach(async () => {
  await health?.stop();
  health = undefined;
});

async function serve(checks: Record<string, ReadyCheck>): Promise<(path: string) => Promise<Response>> {
  health = buildHealth({ port: 0, checks, log });
  const port = await health.start();
  return (path) => fetch(`http://127.0.0.1:${String(port)}${path}`);
}

test('alive is not ready: what is waited for is named with its reason', async () => {
  let database: string | null = 'it does not answer';
  const get = await serve({ database: () => database, nats: () => Promise.resolve(null) });
  expect((await get('/healthz')).status).toBe(200);
  const waiting = await get('/readyz');
  expect(waiting.status).toBe(503);
  expect(await waiting.json()).toEqual({
    status: 'not ready',
    waiting: [{ part: 'database', reason: 'it does not answer' }],
  });
  database = null;
  const ready = await get('/readyz?verbose');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: 'ready', waiting: [] });
});

test('a check that fails is a reason, not a crash', async () => {
  const get = await serve({
    thrown: () => {
      throw new Error('broken check');
    },
    rejected: () => Promise.reject(new Error('no answer')),
  });
  const { waiting } = (await (await get('/readyz')).json()) as {
    waiting: { part: string; reason: string }[];
  };
  expect(waiting).toEqual([
    { part: 'thrown', reason: 'broken check' },
    { part: 'rejected', reason: 'no answer' },
  ]);
});

test('figures come in the text format of Prometheus; anything else is 404', async () => {
  const get = await serve({});
  const figures = await get('/metrics');
  expect(figures.headers.get('content-type')).toContain('text/plain');
  expect((await get('/')).status).toBe(404);
});

test('without a port nothing is opened', async () => {
  health = buildHealth({ port: undefined, checks: {}, log });
  expect(await health.start()).toBeNull();
});

test('a taken port is an error of the start', async () => {
  health = buildHealth({ port: 0, checks: {}, log });
  const port = await health.start();
  const second = buildHealth({ port: port ?? 0, checks: {}, log });
  await expect(second.start()).rejects.toThrow('EADDRINUSE');
});
