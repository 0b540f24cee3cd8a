import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import type { StandInOptions } from '@gaze/comfyui-stand-in';
import { freePort, tempDir } from '@gaze/testing';
import { describe, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../comfyui-check.ts');

async function check(url: string, ...more: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [script, '--url', url, '--patience', '3', ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, text };
}

const quick: StandInOptions = { pictures: 'plain', stepMs: 5 };

describe('the check of a real host', () => {
  test.each<[string, StandInOptions]>([
    ['a new one', { profile: 'NEW' }],
    ['an old one', { profile: 'OLD' }],
    ['one on Windows, without Impact Pack', { separators: 'windows', packs: { impact: false } }],
  ])('passes %s', async (_, options) => {
    await using host = await startComfyStandIn({ ...quick, ...options });
    const { code, text } = await check(host.url);
    expect(text).toContain('GAZE can use this host.');
    expect(text.match(/ {2}ok /g)).toHaveLength(10);
    expect(code).toBe(0);
    // Nothing of its own is left behind.
    const { queue_running, queue_pending } = (await (await fetch(`${host.url}/queue`)).json()) as Record<
      string,
      unknown[]
    >;
    expect([queue_running, queue_pending]).toEqual([[], []]);
  });

  test.each<[string, StandInOptions, RegExp]>([
    [
      'refuses strangers',
      { faults: [{ kind: 'http', status: 403, route: '/', times: 'always' }] },
      /FAIL {2}version .*refuses strangers \(403\)/,
    ],
    ['has no checkpoint', { modelsDir: '' }, /FAIL {2}files .*has no checkpoint/],
    [
      'answers 500 to a post',
      { faults: [{ kind: 'http', status: 500, route: '/prompt', method: 'POST', times: 'always' }] },
      /FAIL {2}render .*\/prompt answered 500/,
    ],
    [
      'runs out of memory',
      { faults: [{ kind: 'out_of_memory', times: 'always' }] },
      /FAIL {2}render .*ran out of memory at node sample \(KSampler\)/,
    ],
    [
      'takes a prompt and drops a part of it',
      { faults: [{ kind: 'node_errors', times: 'always' }] },
      /FAIL {2}render .*refused the workflow at node \w+ \(\w+\): Value not in list/,
    ],
    [
      'makes no step',
      { faults: [{ kind: 'hang', where: 'execution' }] },
      /FAIL {2}render .*running after 3 s.*stuck/,
    ],
    [
      'loses its socket in the middle',
      { stepMs: 60, faults: [{ kind: 'drop_sockets', atStep: 2 }] },
      /FAIL {2}render .*socket did not tell .*its end/,
    ],
    [
      'sends broken pictures',
      { faults: [{ kind: 'truncated_image', how: 'file', times: 'always' }] },
      /FAIL {2}picture .*arrives broken/,
    ],
    [
      'cuts pictures on their way',
      { faults: [{ kind: 'truncated_image', how: 'connection', times: 'always' }] },
      /FAIL {2}picture .*does not arrive/,
    ],
    [
      'says nothing at all',
      { faults: [{ kind: 'hang', where: 'http' }] },
      /FAIL {2}version .*does not answer/,
    ],
  ])('names it where a host %s', async (_, options, line) => {
    await using dir = await tempDir();
    const modelsDir = join(dir.path, 'models');
    mkdirSync(join(modelsDir, 'checkpoints'), { recursive: true });
    const given = options.modelsDir === undefined ? {} : { modelsDir };
    await using host = await startComfyStandIn({ ...quick, ...options, ...given });
    const { code, text } = await check(host.url);
    expect(text).toMatch(line);
    expect(text).not.toContain('GAZE can use');
    expect(code).toBe(1);
  });

  test('names it where nobody is there, and says how it is called', async () => {
    const { code, text } = await check(`http://127.0.0.1:${await freePort()}`);
    expect(text).toMatch(/FAIL {2}version .*the connection was refused/);
    expect(code).toBe(1);
    const child = spawn(process.execPath, [script], { stdio: 'pipe' });
    expect((await once(child, 'exit'))[0]).toBe(2);
  });
});
