import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { natsArchive, natsRelease } from '../launcher/nats/archives.ts';
import { findNatsServer } from '../launcher/nats/find-server.ts';
import type { NatsSource } from '../launcher/nats/find-server.ts';
import { natsSources } from '../launcher/nats/sources.ts';
import { isSupported, knowsSyncInterval, parseNatsVersion } from '../launcher/nats/version.ts';

const source = (name: string, path: string | null, asked: string[] = []): NatsSource => ({
  name,
  find() {
    asked.push(name);
    return Promise.resolve(path === null ? { path, why: `${name} has none` } : { path });
  },
});
const versions: Record<string, string> = {
  '/new': 'nats-server: v2.14.5',
  '/old': 'nats-server: v2.8.4',
  '/broken': 'Exec format error',
};
const askVersion = (path: string): Promise<string> => Promise.resolve(versions[path] ?? '');

describe('finding nats-server', () => {
  test('takes the first that runs and is new enough, and asks no further', async () => {
    const asked: string[] = [];
    const sources = [
      source('a', null, asked),
      source('b', '/old', asked),
      source('c', '/broken', asked),
      source('d', '/new', asked),
      source('e', '/new', asked),
    ];
    expect(await findNatsServer(sources, askVersion)).toEqual({
      path: '/new',
      version: [2, 14, 5],
      source: 'd',
    });
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
  });

  test('says what every way said, and what to do', async () => {
    const failure = findNatsServer(
      [source('a', null), source('b', '/old'), source('c', '/broken')],
      askVersion,
    );
    await expect(failure).rejects.toThrow(
      /a: a has none\n.*b: \/old is version 2\.8\.4.*2\.9 or newer\n.*c: \/broken does not run here\n.*GAZE_NATS_BIN/s,
    );
  });

  test('asks the person first, then the machine, then the copy; the network comes last', () => {
    const names = natsSources({ env: {}, caches: [], say: () => undefined }).map(({ name }) => name);
    expect(names).toEqual([
      'GAZE_NATS_BIN',
      'installed',
      'fetched before',
      'official release',
      "Debian's package",
    ]);
  });

  test('finds the named program, and a copy in any cache folder', async () => {
    await using dir = await tempDir();
    const program = join(dir.path, process.platform === 'win32' ? 'nats-server.exe' : 'nats-server');
    writeFileSync(program, '');
    const find = async (name: string, env: NodeJS.ProcessEnv) =>
      natsSources({ env, caches: ['/nowhere', dir.path], say: () => undefined })
        .find((entry) => entry.name === name)
        ?.find();
    expect(await find('GAZE_NATS_BIN', { GAZE_NATS_BIN: program })).toEqual({
      path: null,
      why: `${program} is not a program`,
    });
    chmodSync(program, 0o755);
    expect(await find('GAZE_NATS_BIN', { GAZE_NATS_BIN: program })).toEqual({ path: program });
    expect(await find('fetched before', {})).toEqual({ path: program });
  });
});

describe('the version of nats-server', () => {
  test('is read from what it prints', () => {
    expect(parseNatsVersion('nats-server: v2.9.10\n')).toEqual([2, 9, 10]);
    expect(parseNatsVersion('nats-server: v2.12.0-RC.1')).toEqual([2, 12, 0]);
    expect(parseNatsVersion('command not found')).toBeNull();
  });

  test('decides what it knows; 2.10 is newer than 2.9', () => {
    expect([isSupported([2, 8, 99]), isSupported([2, 9, 0]), isSupported([3, 0, 0])]).toEqual([
      false,
      true,
      true,
    ]);
    expect([
      knowsSyncInterval([2, 9, 25]),
      knowsSyncInterval([2, 10, 0]),
      knowsSyncInterval([3, 0, 0]),
    ]).toEqual([false, true, true]);
  });
});

describe('the table of archives', () => {
  const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'].map(
    (name) => name.split('-') as [string, string],
  );

  test('has every platform that the project has a Node and a PostgreSQL for, each with a checksum of its own', () => {
    const archives = platforms.map(([platform, arch]) => natsArchive(platform, arch));
    for (const archive of archives) {
      expect(archive?.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(archive?.url).toContain(`/v${natsRelease}/nats-server-v${natsRelease}-`);
    }
    expect(new Set(archives.map((archive) => archive?.sha256)).size).toBe(platforms.length);
    expect(natsArchive('linux', 'x64')?.url).toMatch(/-linux-amd64\.tar\.gz$/);
  });

  test('has nothing for a platform that nobody checked', () => {
    expect(natsArchive('freebsd', 'x64')).toBeNull();
    expect(natsArchive('linux', 'riscv64')).toBeNull();
  });
});
