import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../../scripts/launcher/paths.ts';
import { isAlive } from '../../../scripts/launcher/processes.ts';
import { eventually, freePort, tempDir, testEnvironment, verifies } from '../src/index.ts';

const startLimitMs = 90_000;

interface Command {
  child: ChildProcess;
  output: () => string;
  /** Exit code; the output is complete then. */
  ended: Promise<number | null>;
}

/** `npm start` as npm runs it, in the foreground of nobody. */
function npmStart(env: Readonly<Record<string, string>>, args: readonly string[] = []): Command {
  const child = spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'start', ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (text += part.toString()));
  return { child, output: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function addressOf(command: Command): Promise<URL> {
  const line = await eventually(
    () => {
      if (command.child.exitCode !== null) throw new Error(`It ended:\n${command.output()}`);
      return /Open {2}(\S+)/.exec(command.output())?.[1] ?? Promise.reject(new Error(command.output()));
    },
    { timeoutMs: startLimitMs, everyMs: 100 },
  );
  return new URL(line);
}

/** Opens the printed address like a browser, and asks with the cookie that it got who it is. */
async function whoAmI(address: URL): Promise<unknown> {
  const entered = await fetch(address, { redirect: 'manual' });
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const session = await fetch(new URL('/api/v1/session', address), { headers: { cookie } });
  return session.json();
}

async function pidsIn(stateDir: string): Promise<Record<string, number>> {
  const run = JSON.parse(await readFile(join(stateDir, 'run.json'), 'utf8')) as {
    pid: number;
    processes: Record<string, number>;
  };
  return { ...run.processes, launcher: run.pid };
}

async function place(): Promise<
  AsyncDisposable & { env: Record<string, string>; stateDir: string; port: number }
> {
  // A path with a space, as people have them.
  const dir = await tempDir('gaze test start-');
  const port = await freePort();
  const stateDir = join(dir.path, 'state');
  const dataDir = join(dir.path, 'data');
  await cp(join(root, 'data/characters'), join(dataDir, 'characters'), { recursive: true });
  const env = {
    GAZE_NATS_BIN: testEnvironment('GAZE_NATS_BIN'),
    GAZE_STATE_DIR: stateDir,
    DATA_DIR: dataDir,
    PORT: String(port),
  };
  return { env, stateDir, port, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

describe('npm start', () => {
  test(
    verifies(
      ['house.start', 'house.second-start', 'house.stop'],
      'starts everything, is found by a second start, survives its own death, and leaves nothing behind',
    ),
    async () => {
      await using home = await place();
      const first = npmStart(home.env, ['--demo']);
      const address = await addressOf(first);
      expect(address.port).toBe(String(home.port));
      expect(await whoAmI(address)).toMatchObject({ local: true, scopes: ['admin'] });

      const second = npmStart(home.env);
      expect(await second.ended).toBe(1);
      expect(second.output()).toContain(
        `GAZE runs already at http://127.0.0.1:${home.port} (process ${first.child.pid ?? 0})`,
      );
      const elsewhere = npmStart({
        ...home.env,
        GAZE_STATE_DIR: `${home.stateDir}-2`,
        PORT: String(await freePort()),
      });
      expect(await elsewhere.ended).toBe(1);
      expect(elsewhere.output()).toContain(
        `The data folder is in use by the GAZE at http://127.0.0.1:${home.port}`,
      );

      const killed = await pidsIn(home.stateDir);
      expect(Object.keys(killed)).toEqual(
        expect.arrayContaining([
          'postgres',
          'nats',
          'catalog',
          'generator',
          'gateway',
          'atelier',
          'cellar',
          'launcher',
        ]),
      );
      first.child.kill('SIGKILL');
      await first.ended;
      const third = npmStart(home.env);
      const again = await addressOf(third);
      expect(third.output()).toMatch(/ending what an earlier start left running: .*postgres/);
      for (const pid of Object.values(killed)) expect(isAlive(pid)).toBe(false);
      expect(await whoAmI(again)).toMatchObject({ local: true });

      const pids = await pidsIn(home.stateDir);
      third.child.kill('SIGINT');
      expect(await third.ended).toBe(0);
      for (const [name, pid] of Object.entries(pids)) expect([name, isAlive(pid)]).toEqual([name, false]);
      const left = await readdir(home.stateDir);
      expect(left).not.toContain('lock');
      expect(left).not.toContain('run.json');
      expect(await readdir(join(home.stateDir, 'run'))).toEqual([]);
    },
    240_000,
  );

  test('says in a sentence what is in its way, and ends with code 1', async () => {
    await using home = await place();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(home.port, '127.0.0.1', resolve));
    const taken = npmStart(home.env);
    expect(await taken.ended).toBe(1);
    expect(taken.output()).toContain(
      `Port ${home.port} of 127.0.0.1 is taken by another program. Choose another one: PORT=${home.port + 1} npm start`,
    );
    other.close();

    const unwritable = npmStart({ ...home.env, DATA_DIR: join(root, 'package.json', 'data') });
    expect(await unwritable.ended).toBe(1);
    expect(unwritable.output()).toMatch(
      /cannot write into the data folder .*package\.json.data \(ENOTDIR\).*DATA_DIR/,
    );

    const loud = npmStart({ ...home.env, LOG_LEVEL: 'loud' });
    expect(await loud.ended).toBe(1);
    expect(loud.output()).toContain('LOG_LEVEL is «loud»');

    for (const { output } of [taken, unwritable, loud]) expect(output()).not.toMatch(/^\s+at /m);
  });
});
