import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tempDir } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { buildCrashPoints } from '../../src/run/crash-points.ts';

const module = join(import.meta.dirname, '../../src/run/crash-points.ts');

/** Passes three points in a process of its own. */
function passPoints(file: string | undefined) {
  const script = `import { buildCrashPoints } from ${JSON.stringify(module)};
    const crash = buildCrashPoints(${JSON.stringify(file)});
    for (const point of ['before-post', 'after-post', 'after-store']) { crash(point); console.log(point); }`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('crash points', () => {
  test('one order kills one process at its very point, once', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'crash');
    writeFileSync(file, JSON.stringify({ at: 'after-post', signal: 'SIGKILL' }));
    const first = passPoints(file);
    expect(first.signal).toBe('SIGKILL');
    expect(first.stdout.trim().split('\n')).toEqual(['before-post']);
    expect(existsSync(file)).toBe(false);
    const second = passPoints(file);
    expect(second.signal).toBeNull();
    expect(second.stdout.trim().split('\n')).toHaveLength(3);
    expect(readdirSync(dir.path)).toHaveLength(1);
  });

  test('without a file, with none there, or with nonsense in it nothing happens', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'crash');
    expect(passPoints(undefined).status).toBe(0);
    expect(passPoints(file).status).toBe(0);
    writeFileSync(file, '{"at": "somewhere"}');
    expect(() => buildCrashPoints(file)('after-post')).not.toThrow();
    expect(existsSync(file)).toBe(true);
  });
});
