import { buildClient } from '@gaze/client';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './ask.ts';

const root = join(import.meta.dirname, '../..');

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ demo: false, env: { COMFYUI_URLS: 'http://127.0.0.1:9' } });
});
afterAll(() => stack.stop());

/** fetch sets the Host header itself, so a foreign one needs the plain client. */
function statusWithHost(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(stack.url);
    const asked = request(
      { host: url.hostname, port: url.port, path: '/healthz', headers: { host } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('local mode', () => {
  test(
    verifies('auth.local', 'the printed address signs one browser in, once, and only on a loopback name'),
    async () => {
      const first = await fetch(stack.openUrl, { redirect: 'manual' });
      expect(first.status).toBeGreaterThanOrEqual(300);
      expect(first.headers.get('location')).toBe('/');
      const cookie = first.headers.get('set-cookie') ?? '';
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite/i);
      const pair = cookie.split(';')[0] ?? '';
      const library = `${stack.url}/api/v1/library/characters`;
      expect((await fetch(library, { headers: { cookie: pair } })).status).toBe(200);
      expect((await fetch(library)).status).toBe(401);

      // The same link opens nothing a second time, not even after the gateway was started anew.
      const again = await fetch(stack.openUrl, { redirect: 'manual' });
      expect(again.headers.get('set-cookie')).toBeNull();
      await stack.process('gateway').hold();
      await stack.process('gateway').resume();
      // Alive is not ready: it answers 503 until the bus and the catalog have answered it.
      await eventually(async () => expect((await fetch(`${stack.url}/readyz`)).status).toBe(200), {
        timeoutMs: 30_000,
      });
      const later = await fetch(stack.openUrl, { redirect: 'manual' });
      expect(later.headers.get('set-cookie')).toBeNull();
      expect((await fetch(library, { headers: { cookie: pair } })).status).toBe(200);

      expect(await statusWithHost('evil.example')).toBe(403);
      expect(await statusWithHost(`127.0.0.1:${new URL(stack.url).port}`)).toBeLessThan(400);
    },
  );
});

describe('a further browser', () => {
  test(verifies('start.link', 'gets a link of its own from npm run link, which works once'), async () => {
    const link = async (stateDir: string) =>
      promisify(execFile)(process.execPath, [join(root, 'scripts/link.ts')], {
        env: { ...process.env, GAZE_STATE_DIR: stateDir },
      });
    const [one, two] = await Promise.all([link(stack.stateDir), link(stack.stateDir)]);
    expect(one.stdout).not.toBe(two.stdout);
    for (const { stdout } of [one, two]) {
      expect(stdout.trim()).toMatch(new RegExp(`^${stack.url}/\\?token=`));
      expect((await fetch(stdout.trim(), { redirect: 'manual' })).headers.get('set-cookie')).not.toBeNull();
      expect((await fetch(stdout.trim(), { redirect: 'manual' })).status).toBe(403);
    }
    await expect(link('/nowhere')).rejects.toMatchObject({
      stderr: expect.stringContaining('does not run here') as string,
    });
  });
});

describe('keys', () => {
  test(
    verifies('auth.keys', 'a key does what its scopes say until it is revoked, and its secret is shown once'),
    async () => {
      const admin = clientOf(stack);
      const { key, secret } = await admin.keys.create({ name: 'reader', scopes: ['read'] });
      const reader = buildClient({ baseUrl: stack.url, apiKey: secret });
      expect((await reader.library.list('characters')).items.length).toBeGreaterThan(0);
      await expect(reader.entities.generate('characters', 'elke_marrow', {})).rejects.toMatchObject({
        status: 403,
      });
      await expect(reader.keys.list()).rejects.toMatchObject({ status: 403 });

      const listed = JSON.stringify(await admin.keys.list());
      expect(listed).toContain('reader');
      expect(listed).not.toContain(secret);
      await admin.keys.revoke(key.id);
      await expect(reader.library.list('characters')).rejects.toMatchObject({ status: 401 });
    },
  );
});
