import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { optionsFromEnv } from '../src/env.ts';
import { startLlmStandIn } from '../src/index.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

function run(env: Record<string, string>, args: string[] = []): { child: ChildProcess; said: () => string } {
  child = fork(main, args, { env: { ...process.env, ...env }, execArgv: [], silent: true });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text };
}

test('answers until it is told to stop', async () => {
  const started = run({ LLM_STANDIN_PORT: '0' });
  const [message] = (await once(started.child, 'message')) as [{ baseUrl: string }];
  expect((await fetch(`${message.baseUrl}/models`)).status).toBe(200);
  started.child.kill('SIGTERM');
  expect((await once(started.child, 'exit'))[0]).toBe(0);
  expect(started.said()).toContain(message.baseUrl);
});

test('ends when its parent lets go', async () => {
  const started = run({ LLM_STANDIN_PORT: '0' });
  await once(started.child, 'message');
  started.child.disconnect();
  expect((await once(started.child, 'exit'))[0]).toBe(0);
});

test('takes its port from --port as well', async () => {
  await using other = await startLlmStandIn();
  const started = run({ LLM_STANDIN_PORT: '0' }, ['--port', String(other.port)]);
  expect((await once(started.child, 'close'))[0]).toBe(1);
  expect(started.said()).toContain(`Port ${other.port} is taken`);
});

test('says in a sentence that the port is taken', async () => {
  await using other = await startLlmStandIn();
  const started = run({ LLM_STANDIN_PORT: String(other.port) });
  expect((await once(started.child, 'close'))[0]).toBe(1);
  expect(started.said()).toContain(`Port ${other.port} is taken`);
});

test('lists every bad variable', () => {
  expect(() => optionsFromEnv({ LLM_STANDIN_PORT: 'x', LLM_STANDIN_BEHAVIOUR: 'odd' })).toThrow(
    /LLM_STANDIN_PORT[\s\S]*LLM_STANDIN_BEHAVIOUR/,
  );
  expect(optionsFromEnv({ LLM_STANDIN_MODELS: 'a, b' }).models).toEqual(['a', 'b']);
});
