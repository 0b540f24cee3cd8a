import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@gaze/client';
import { chromium } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../libs/testing/src/eventually.ts';
import { verifies } from '../../libs/testing/src/verifies.ts';
import { cloneStack } from './compose.ts';
import type { Stack } from './compose.ts';
import { allDone, openDoor, queuePreset } from './door.ts';

const preset = 'elke_lantern_night';
const fourHosts = ['Atelier', 'Cellar', 'Attic', 'Cave'];

let stack: Stack;
let client: Client;
let key: string;
beforeAll(async () => {
  stack = await cloneStack();
});
afterAll(() => stack.remove());

const up = (...args: string[]): Promise<string> =>
  stack.compose('--profile', 'demo', 'up', '-d', '--wait', ...args);
const enter = async (): Promise<void> => {
  ({ client, key } = await openDoor(stack.url, stack.env().get('GAZE_PASSWORD') ?? ''));
};
const queue = (count: number): Promise<string[]> => queuePreset(stack.url, key, preset, { count });

interface Inspected {
  Name: string;
  State: { Pid: number };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    PidsLimit: number | null;
    PortBindings: Record<string, unknown> | null;
  };
}
const inspect = async (...ids: string[]): Promise<Inspected[]> =>
  JSON.parse(await stack.docker('inspect', ...ids)) as Inspected[];

describe(verifies('containers.compose', 'from a clone to a picture'), () => {
  test('compose:init makes secrets once, and the stack comes up healthy', async () => {
    await stack.npm('compose:init', '--', '--demo');
    const made = readFileSync(join(stack.folder, '.env'), 'utf8');
    expect(statSync(join(stack.folder, '.env')).mode & 0o077).toBe(0);
    await stack.npm('compose:init');
    expect(readFileSync(join(stack.folder, '.env'), 'utf8')).toBe(made);
    await up('--build');
    await enter();
  }, 2_400_000);

  test('a preset renders over the API, with the seeds that were asked for', async () => {
    const jobs = await allDone(client, await queuePreset(stack.url, key, preset, { count: 3, seed: 42 }));
    expect(jobs.map((job) => job.seed).sort()).toEqual([42, 43, 44]);
    const hashes = await Promise.all(
      jobs.map(async ({ images: [image] }) => {
        const answer = await fetch(`${stack.url}${image?.url ?? ''}`, { headers: { 'x-api-key': key } });
        expect(answer.headers.get('content-type')).toBe('image/png');
        return createHash('sha256')
          .update(Buffer.from(await answer.arrayBuffer()))
          .digest('hex');
      }),
    );
    expect(new Set(hashes).size).toBe(3);
  });

  test('the app works in a browser: it asks for the password and shows the library', async () => {
    const browser = await chromium.launch({
      ...(process.env.GAZE_CHROMIUM === undefined ? {} : { executablePath: process.env.GAZE_CHROMIUM }),
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${stack.url}/characters`);
      await page
        .getByLabel(/password/i)
        .first()
        .fill(stack.env().get('GAZE_PASSWORD') ?? '');
      await page.getByRole('button', { name: /sign in/i }).click();
      await page.getByText('Elke Marrow').first().waitFor({ timeout: 60_000 });
      const pictures = await page.locator('img').evaluateAll((images) => images.length);
      expect(pictures).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
  });

  test('down and up again keep everything', async () => {
    const before = await client.images.list({ limit: 10 });
    expect(before.items).toHaveLength(3);
    await stack.compose('--profile', 'demo', 'down', '--timeout', '20');
    await up();
    // The key that was made before still opens.
    const after = await client.images.list({ limit: 10 });
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
    const first = after.items[0];
    const picture = await fetch(`${stack.url}${first?.url ?? ''}`, { headers: { 'x-api-key': key } });
    expect((await picture.arrayBuffer()).byteLength).toBe(first?.bytes);
    await allDone(client, await queue(1));
  });
});

describe(verifies('containers.hardened', 'what runs, and as whom'), () => {
  test('every container: no root, no rights, a read-only root, limits, labels; one port', async () => {
    const ids = (await stack.compose('--profile', 'demo', 'ps', '--quiet')).trim().split('\n');
    const all = await inspect(...ids);
    expect(all.length).toBeGreaterThanOrEqual(11);
    for (const { Name, Config, HostConfig } of all) {
      expect(Config.User, Name).toMatch(/^(node|postgres|[1-9]\d*(:[1-9]\d*)?)$/);
      expect(HostConfig.ReadonlyRootfs, Name).toBe(true);
      expect(HostConfig.CapDrop, Name).toEqual(['ALL']);
      expect(HostConfig.SecurityOpt, Name).toContain('no-new-privileges:true');
      expect(HostConfig.Memory, Name).toBeGreaterThan(0);
      expect(HostConfig.PidsLimit, Name).toBeGreaterThan(0);
      const isOpen = Object.keys(HostConfig.PortBindings ?? {}).length > 0;
      expect(isOpen, Name).toBe(Name.includes('gateway'));
    }
    const gateway = all.find(({ Name }) => Name.includes('gateway'));
    expect(gateway?.Config.Labels['org.opencontainers.image.version']).toBe('test');
    expect(gateway?.Config.Labels['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{12}|unknown$/);
  });

  test('nothing of the database can be reached from where models and hosts are', async () => {
    const script =
      "require('net').connect(5432,'postgres').on('connect',()=>process.exit(0)).on('error',()=>process.exit(7))";
    await expect(stack.compose('exec', '-T', 'generator', 'node', '-e', script)).rejects.toThrow();
    await stack.compose('exec', '-T', 'catalog', 'node', '-e', script);
  });
});

describe(verifies('containers.scale', 'three generators, four hosts'), () => {
  const hosts = async () => (await client.hosts.list()).hosts;
  const holders = async (): Promise<Map<string, string | null>> =>
    new Map((await hosts()).map(({ name, holder }) => [name, holder]));

  test('hosts spread over the replicas', async () => {
    stack.set('COMFYUI_URLS', fourHosts.map((name) => `${name}=http://${name.toLowerCase()}:8188`).join(','));
    await stack.compose(
      ...['--profile', 'demo', '--profile', 'four', 'up', '-d', '--wait'],
      ...['--scale', 'generator=3', '--scale', 'llm-worker=2'],
    );
    await eventually(
      async () => {
        const held = await holders();
        expect([...held.keys()].sort()).toEqual([...fourHosts].sort());
        expect(new Set(held.values()).size).toBe(3);
        expect((await hosts()).map(({ state }) => state)).toEqual(['up', 'up', 'up', 'up']);
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
  });

  test('kill -9 of a process and the loss of a whole replica lose nothing', async () => {
    const ids = await queue(20);
    await eventually(
      async () => expect((await hosts()).reduce((sum, host) => sum + host.running, 0)).toBeGreaterThan(2),
      { timeoutMs: 60_000 },
    );
    const [first = '', second = ''] = await stack.containers('generator');
    const pid = (await inspect(first))[0]?.State.Pid ?? 0;
    // A crash, which the restart policy answers; `docker kill` is a stop that somebody asked for, and it stays down.
    const asRoot = [
      'run',
      '--rm',
      '--pid',
      'host',
      '--user',
      '0',
      '--entrypoint',
      'bash',
      'gaze/generator:test',
    ];
    await stack.docker(...asRoot, '-c', `kill -9 ${pid}`);
    await stack.docker('kill', second);
    const lost = second.slice(0, 12);
    await eventually(async () => expect([...(await holders()).values()]).not.toContain(lost), {
      timeoutMs: 60_000,
      everyMs: 500,
    });
    await allDone(client, ids);
    expect((await inspect(first))[0]?.State.Pid).not.toBe(pid);
    await stack.docker('start', second);
  });

  test('a bus that has lost everything loses no job', async () => {
    const ids = await queue(12);
    await stack.compose('rm', '--stop', '--force', 'nats');
    const volume = (await stack.docker('volume', 'ls', '--quiet'))
      .split('\n')
      .find((name) => /^gaze-test-\d+_nats$/.test(name));
    await stack.docker('volume', 'rm', volume ?? '');
    await stack.compose('up', '-d', '--wait', '--no-recreate', 'nats');
    await allDone(client, ids);
  });
});
