import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { sniffImage } from '@gaze/media';
import { startStack, tempDir, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const text = await readFile(path.join(root, 'docs/api.md'), 'utf8');
/** The examples that say of themselves that they can be run. */
const examples = [...text.matchAll(/<!-- run(, for a moment)? -->\n```sh\n([\s\S]*?)```/g)].map(
  ([, moment, script = '']) => ({
    script,
    forAMoment: moment !== undefined,
    name: script.split('\n')[0] ?? '',
  }),
);

/** Where programs are looked for; with a small stand-in for curl where the machine has none. */
let programs = process.env.PATH ?? '';
let stack: TestStack;
let folder: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  folder = await tempDir('gaze example ');
  if (spawnSync('curl', ['--version']).status !== 0) {
    await mkdir(path.join(folder.path, 'bin'));
    await symlink(path.join(root, 'tests/support/curl.mjs'), path.join(folder.path, 'bin/curl'));
    programs = `${path.join(folder.path, 'bin')}${path.delimiter}${programs}`;
  }
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
  await folder[Symbol.asyncDispose]();
});

function run(script: string, more: { env?: Record<string, string>; timeoutMs?: number } = {}) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const env = {
      ...process.env,
      PATH: programs,
      GAZE_URL: stack.url,
      GAZE_API_KEY: stack.apiKey,
      ...more.env,
    };
    const child = spawn('sh', ['-c', `exec ${script}`], { cwd: root, env });
    let [out, err] = ['', ''];
    const timer = setTimeout(() => child.kill(), more.timeoutMs ?? 60_000);
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (more.timeoutMs !== undefined && out.includes('\n\n')) child.kill();
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

describe(verifies('api.examples', 'the examples of the documentation'), () => {
  test('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
  });

  test.each(examples.filter(({ script, forAMoment }) => script.startsWith('curl') && !forAMoment))(
    '$name …',
    async ({ script }) => {
      const { code, out, err } = await run(script);
      expect([code, err]).toEqual([0, '']);
      expect(JSON.parse(out)).toBeTypeOf('object');
    },
  );

  test.each(examples.filter(({ forAMoment }) => forAMoment))('$name … (a stream)', async ({ script }) => {
    const { out } = await run(script, { timeoutMs: 20_000 });
    expect(out).toMatch(/^id: \S+\ndata: \{"type":"hello"/);
  });

  test('the program renders and saves its pictures', async () => {
    const program = examples.find(({ script }) => script.startsWith('node '));
    const pictures = path.join(folder.path, 'pictures');
    const { code, out, err } = await run(program?.script ?? 'false', { env: { OUT: pictures } });
    expect([code, err]).toEqual([0, '']);
    const files = (await readdir(pictures)).sort();
    expect(files).toEqual(['elke_marrow-5.png', 'elke_marrow-6.png']);
    for (const file of files) {
      expect(out).toContain(file);
      expect(sniffImage(await readFile(path.join(pictures, file)))).toBe('png');
    }
  });

  test('the program says in a sentence what is wrong', async () => {
    const { code, err } = await run('node docs/examples/render.mjs characters nobody_at_all');
    expect(code).toBe(1);
    expect(err).toMatch(/nobody_at_all/);
    expect(err).not.toMatch(/^\s+at /m);
  });
});
