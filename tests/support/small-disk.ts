import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder for pictures whose disk can be filled and freed. */
export interface SmallDisk extends AsyncDisposable {
  /** How it is made: a file system of its own where this user may mount one. */
  means: 'tmpfs' | '/dev/full';
  path: string;
  /** What a service needs to feel it. */
  env: Record<string, string>;
  fill: () => Promise<void>;
  free: () => Promise<void>;
}

const megabytes = 24;

export async function smallDisk(): Promise<SmallDisk> {
  const home = await mkdtemp(join(tmpdir(), 'gaze-small-disk-'));
  await chmod(home, 0o711);
  const path = join(home, 'uploads');
  await mkdir(path);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  return mounted.status === 0 ? ownFileSystem(home, path) : fullByDevice(home, path);
}

function ownFileSystem(home: string, path: string): SmallDisk {
  const filler = join(path, '.filler');
  return {
    ...{ means: 'tmpfs', path, env: {} },
    async fill() {
      const handle = await open(filler, 'w');
      try {
        for (;;) await handle.write(Buffer.alloc(4096, 1));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await handle.close();
      }
    },
    free: () => rm(filler),
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['-l', path]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function fullByDevice(home: string, path: string): SmallDisk {
  const flag = join(home, 'is-full');
  const preload = pathToFileURL(join(import.meta.dirname, 'full-disk.mjs')).href;
  return {
    ...{ means: '/dev/full', path },
    env: { NODE_OPTIONS: `--import=${preload}`, FULL_DISK_BELOW: path, FULL_DISK_WHILE: flag },
    fill: () => writeFile(flag, ''),
    free: () => rm(flag),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
