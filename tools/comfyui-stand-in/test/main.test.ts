import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { optionsFromEnv } from '../src/env.ts';
import { ask, start } from './client.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

function run(env: Record<string, string>): { child: ChildProcess; said: () => string } {
  child = fork(main, { env: { ...process.env, ...env }, execArgv: [], silent: true });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text };
}

async function ready(process: ChildProcess): Promise<{ url: string }> {
  const [message] = (await once(process, 'message')) as [{ url: string }];
  return message;
}

test('says its address, answers, and stops on SIGTERM', async () => {
  const started = run({ STANDIN_PORT: '0', STANDIN_NAME: 'Host B', STANDIN_PROFILE: 'OLD' });
  const { url } = await ready(started.child);
  expect((await fetch(`${url}/system_stats`)).status).toBe(200);
  started.child.kill('SIGTERM');
  const [code] = (await once(started.child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(started.said()).toContain(`Host B answers on ${url}`);
});

test('ends when its parent lets go', async () => {
  const started = run({ STANDIN_PORT: '0' });
  await ready(started.child);
  started.child.disconnect();
  const [code] = (await once(started.child, 'exit')) as [number];
  expect(code).toBe(0);
});

test('says in a sentence that the port is taken', async () => {
  await using host = await start();
  const started = run({ STANDIN_PORT: String(host.port) });
  const [code] = (await once(started.child, 'close')) as [number];
  expect(code).toBe(1);
  expect(started.said()).toContain(`Port ${host.port} is taken`);
  expect((await ask(host, '/prompt')).status).toBe(200);
});

test('lists every bad variable', () => {
  expect(() => optionsFromEnv({ STANDIN_PORT: 'x', STANDIN_PROFILE: 'FUTURE', STANDIN_NAME: '' })).toThrow(
    /STANDIN_PORT[\s\S]*STANDIN_PROFILE/,
  );
  expect(optionsFromEnv({ STANDIN_IMPACT: '7', STANDIN_SUBPACK: 'no' }).packs).toEqual({
    impact: 7,
    subpack: false,
  });
});
