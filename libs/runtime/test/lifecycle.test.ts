import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('lifecycle-process.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

interface Ended {
  code: number | null;
  told: string[];
  log: string;
}

/** Runs a scene; `act` is called when the process is ready. */
async function play(scene: string, act: (process: ChildProcess) => void = () => undefined): Promise<Ended> {
  const process = fork(program, [scene], { silent: true, execArgv: [] });
  child = process;
  const told: string[] = [];
  let log = '';
  const { stdout } = process;
  if (stdout === null) throw new Error('the process has no output');
  stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  process.on('message', (word: string) => {
    told.push(word);
    if (word === 'ready') act(process);
  });
  const [[code]] = (await Promise.all([once(process, 'exit'), finished(stdout)])) as [
    [number | null],
    unknown,
  ];
  return { code, told, log };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops every part, the last one first', async (signal) => {
  const ended = await play('plain', (process) => process.kill(signal));
  expect(ended).toMatchObject({ code: 0, told: ['ready', 'last stopped', 'first stopped'] });
});

test('a second reason to stop changes nothing', async () => {
  const ended = await play('plain', (process) => {
    process.kill('SIGINT');
    process.kill('SIGTERM');
  });
  expect(ended).toMatchObject({ code: 0, told: ['ready', 'last stopped', 'first stopped'] });
});

test('the end of the parent stops it too', async () => {
  const { code } = await play('plain', (process) => process.disconnect());
  expect(code).toBe(0);
});

test('a part that cannot stop does not keep the others from it', async () => {
  const ended = await play('broken part', (process) => process.kill('SIGTERM'));
  expect(ended).toMatchObject({ code: 0, told: ['ready', 'last stopped', 'first stopped'] });
});

test('a start that fails is said, undone, and ends with 1', async () => {
  const ended = await play('broken start');
  expect(ended).toMatchObject({ code: 1, told: ['last stopped', 'first stopped'] });
  expect(ended.log).toContain('the database is not there');
});

test('a rejection that nobody handles ends the process in order', async () => {
  const ended = await play('rejection');
  expect(ended).toMatchObject({ code: 1, told: ['ready', 'last stopped', 'first stopped'] });
  expect(ended.log).toContain('nobody listens');
});

test('only the first fatal error counts', async () => {
  const ended = await play('fatal twice');
  expect(ended).toMatchObject({ code: 1, told: ['ready', 'last stopped', 'first stopped'] });
  expect(ended.log).toContain('once');
  expect(ended.log).not.toContain('twice');
});
