import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { eventually, tempDir } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { isHeld, takeLock } from '../launcher/lock.ts';
import { endOrphans, findOrphans, parsePidFile, writePidFile } from '../launcher/pid-files.ts';
import { isSameProcess, markProcess } from '../launcher/processes.ts';
import { backOffMs } from '../launcher/supervise.ts';

async function sleeper(): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a process mark', () => {
  test('tells a process from another one with the same number', async () => {
    const child = await sleeper();
    const mark = markProcess(child.pid);
    expect(isSameProcess(mark)).toBe(true);
    expect(isSameProcess({ ...mark, started: 'at another time' })).toBe(false);
    await child.end();
    expect(isSameProcess(mark)).toBe(false);
  });
});

describe('pid files', () => {
  test('are read only where they are whole', () => {
    expect(parsePidFile('{"pid":42,"started":"7"}')).toEqual({ pid: 42, started: '7' });
    for (const text of [
      '',
      '{"pid":',
      '{"pid":"42","started":"7"}',
      '{"pid":1,"started":"7"}',
      '{"pid":-9,"started":"7"}',
      'null',
    ]) {
      expect(parsePidFile(text)).toBeNull();
    }
  });

  test('lead to what a killed launcher left running, and stale ones go', async () => {
    await using dir = await tempDir();
    const child = await sleeper();
    writePidFile(dir.path, 'catalog', child.pid);
    writeFileSync(
      join(dir.path, 'gateway.pid.json'),
      JSON.stringify({ pid: child.pid, started: 'before the machine started' }),
    );
    const orphans = findOrphans(dir.path);
    expect(orphans.map(({ name }) => name)).toEqual(['catalog']);
    expect(readdirSync(dir.path)).toEqual(['catalog.pid.json']);
    await endOrphans(dir.path, orphans);
    expect(findOrphans(dir.path)).toEqual([]);
    await child.end();
  });
});

describe('the lock of a folder', () => {
  test('is held by one, says by whom, and is free again after its release', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'lock');
    const first = takeLock(path, 'http://127.0.0.1:1');
    const second = takeLock(path, 'http://127.0.0.1:2');
    expect(second).toMatchObject({
      holder: { pid: process.pid, url: 'http://127.0.0.1:1', machine: hostname() },
    });
    if ('release' in first) first.release();
    expect('release' in takeLock(path, 'http://127.0.0.1:2')).toBe(true);
    expect(readdirSync(dir.path)).toEqual(['lock']);
  });

  test('is taken over from a holder that is gone, and from a torn file', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'lock');
    const child = await sleeper();
    const gone = { ...markProcess(child.pid), machine: hostname(), url: '' };
    await child.end();
    await eventually(() => expect(isHeld(gone)).toBe(false));
    for (const left of [JSON.stringify(gone), '{"pid":']) {
      writeFileSync(path, left);
      const taken = takeLock(path, '');
      expect('release' in taken).toBe(true);
      if ('release' in taken) taken.release();
    }
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test('counts as held where its holder is on another machine', () => {
    expect(isHeld({ pid: 999_999_999, started: '1', machine: 'elsewhere', url: '' }, 'here')).toBe(true);
  });
});

test('a part that keeps ending is started again after growing pauses', () => {
  expect([1, 2, 3, 4].map(backOffMs)).toEqual([300, 600, 1200, 2400]);
  expect(backOffMs(40)).toBe(15_000);
});
