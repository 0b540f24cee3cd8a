import { verifies } from '@gaze/testing';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, localToken, password, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

const shell =
  '<!doctype html><title>GAZE</title><script>theme()</script><script type="module" src="/_app/immutable/entry.js"></script>';
const themeHash = `'sha256-${createHash('sha256').update('theme()').digest('base64')}'`;

async function build(house: TestGateway): Promise<void> {
  await mkdir(join(house.webDir, '_app/immutable'), { recursive: true });
  await writeFile(join(house.webDir, 'index.html'), shell);
  await writeFile(join(house.webDir, '_app/immutable/entry.js'), 'start()');
  await writeFile(join(house.webDir, '_app/immutable/entry.js.br'), brotliCompressSync('start()'));
  await writeFile(join(house.webDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(house.webDir, '..', 'secret.txt'), 'outside');
}

const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe(verifies('web.served', 'the app'), () => {
  let house: TestGateway;
  beforeAll(async () => {
    house = await startGateway();
    await build(house);
  });
  afterAll(() => house[Symbol.asyncDispose]());

  test.each(['/', '/characters', '/characters/elke_marrow', '/settings?tab=keys'])(
    '%s is the shell',
    async (path) => {
      const answer = await house.bare(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(await answer.text()).toBe(shell);
    },
  );

  test('the policy names the inline scripts by their hash and allows no others', async () => {
    const policy = (await house.bare('/')).headers.get('content-security-policy') ?? '';
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'));
    expect(scripts).toBe(`script-src 'self' ${themeHash}`);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    const api = await house.ask('/api/v1/queues');
    expect(api.headers.get('content-security-policy')).not.toContain("unsafe-inline' script");
    expect(api.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(api.headers.get('x-content-type-options')).toBe('nosniff');
    expect(api.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('files with a hash in their name are kept for ever, packed where the browser can unpack', async () => {
    const file = await house.bare('/_app/immutable/entry.js', { headers: { 'accept-encoding': 'br' } });
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(file.headers.get('content-encoding')).toBe('br');
    expect(await file.text()).toBe('start()');
    // There are many of them on a slow line: what only documents need stays away.
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect(file.headers.get('content-security-policy')).toBeNull();
    expect(file.headers.get('permissions-policy')).toBeNull();
    expect((await house.bare('/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
  });

  test('a missing file is 404 and not the shell', async () => {
    for (const path of [
      '/_app/immutable/gone.js',
      '/robots.txt',
      '/.env',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
    ]) {
      const answer = await house.bare(path);
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(await answer.text(), path).not.toContain('outside');
    }
  });

  test('a new build is served without a restart', async () => {
    await writeFile(join(house.webDir, 'index.html'), '<script>newer()</script>');
    const answer = await house.bare('/');
    expect(answer.headers.get('content-security-policy')).toContain(
      createHash('sha256').update('newer()').digest('base64'),
    );
    await rm(house.webDir, { recursive: true });
    const none = await house.bare('/');
    expect(none.status).toBe(503);
    expect(await none.text()).toContain('npm run build');
    await build(house);
  });

  test('the reference page is served from here alone', async () => {
    const page = await (await house.bare('/api/docs')).text();
    expect([...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)).toEqual([
      'data:,',
      '/api/docs/scalar.js',
    ]);
    const script = await house.bare('/api/docs/scalar.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect((await script.text()).length).toBeGreaterThan(1_000_000);
    const document = (await (await house.bare('/api/v1/openapi.json')).json()) as { openapi: string };
    expect(document.openapi).toBe('3.1.0');
  });
});

describe(verifies(['start.one-time-link', 'auth.local'], 'the printed link'), () => {
  test('is traded once for a long-lived session', async () => {
    await using house = await startGateway();
    await build(house);
    const first = await house.bare(`/?token=${localToken}`);
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/');
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      new RegExp(
        `^gaze_session_${house.port}=[\\w-]{43}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Strict$`,
      ),
    );
    const session = await house.bare('/api/v1/session', { headers: { cookie: cookieOf(first) } });
    expect(session.status).toBe(200);

    const second = await house.bare(`/?token=${localToken}`);
    expect(second.status).toBe(403);
    expect(second.headers.get('set-cookie')).toBeNull();
    const page = await second.text();
    expect(page).toContain('used before');
    expect(page).toContain('npm run link');

    const again = await house.bare(`/?token=${localToken}`, { headers: { cookie: cookieOf(first) } });
    expect(again.status).toBe(303);
    expect(house.catalog.count('sessionOpen')).toBe(2);
  });

  test('a wrong token opens nothing and shows nothing of itself', async () => {
    await using house = await startGateway();
    const answer = await house.bare('/?token=%3Cscript%3Ealert(1)%3C/script%3E');
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('alert');
    expect(house.catalog.count('sessionOpen')).toBe(0);
  });

  test('while the catalog is away it says so and keeps the token good', async () => {
    await using house = await startGateway();
    await house.nats.stop();
    expect((await house.bare(`/?token=${localToken}`)).status).toBe(503);
  });
});

describe(verifies('start.password', 'a house that others can reach'), () => {
  test('without a password it serves nothing but the page that says so', async () => {
    await using house = await startGateway({ config: { local: false } });
    await build(house);
    for (const path of ['/', '/characters', '/favicon.svg']) {
      const answer = await house.bare(path);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('GAZE_PASSWORD');
    }
    const api = await house.ask('/api/v1/queues');
    expect(api.status).toBe(503);
    expect(await api.json()).toMatchObject({ hint: expect.stringContaining('GAZE_PASSWORD') as string });
    expect((await house.bare('/api/v1/session', json({ password: 'x' }))).status).toBe(503);
    expect((await house.bare('/healthz')).status).toBe(200);
  });

  test('the right password gives a session, a wrong one does not', async () => {
    await using house = await startGateway({ config: { local: false, password } });
    const wrong = await house.bare('/api/v1/session', json({ password: 'nope' }));
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ field: 'password' });
    const right = await house.bare('/api/v1/session', json({ password }));
    expect(right.status).toBe(200);
    expect(await right.json()).toMatchObject({ by: 'session', local: false });
    expect(right.headers.get('set-cookie')).toMatch(
      /^gaze_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const session = await house.bare('/api/v1/session', { headers: { cookie: cookieOf(right) } });
    expect(session.status).toBe(200);
    const none = await house.bare('/api/v1/session');
    expect(await none.json()).toMatchObject({ details: { sign_in: 'password' } });
  });

  test('guesses are slowed down, also when they come at once', async () => {
    await using house = await startGateway({ config: { local: false, password } });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, guess) =>
        house.bare('/api/v1/session', json({ password: `guess ${guess}` })),
      ),
    );
    // Five are free; more get in only as the doubling waits (1 s, 2 s, 4 s …) pass.
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(3);
    for (const answer of refused) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(house.catalog.count('sessionOpen')).toBe(0);
  });

  test('the cookie is Secure behind a proxy that is trusted to say https', async () => {
    await using house = await startGateway({
      config: { local: false, password, trustedProxies: ['127.0.0.1'] },
    });
    const login = json({ password });
    const answer = await house.bare('/api/v1/session', {
      ...login,
      headers: { ...login.headers, 'x-forwarded-proto': 'https' },
    });
    expect(answer.headers.get('set-cookie')).toContain('Secure');
    await using untrusting = await startGateway({ config: { local: false, password } });
    const plain = await untrusting.bare('/api/v1/session', {
      ...login,
      headers: { ...login.headers, 'x-forwarded-proto': 'https' },
    });
    expect(plain.headers.get('set-cookie')).not.toContain('Secure');
  });

  test('an origin that was named is ours, though the Host differs', async () => {
    await using house = await startGateway({
      config: { local: false, password, origins: ['https://gaze.example'] },
    });
    const login = json({ password });
    const from = (origin: string) =>
      house.bare('/api/v1/session', { ...login, headers: { ...login.headers, origin } });
    expect((await from('https://gaze.example')).status).toBe(200);
    expect((await from('https://other.example')).status).toBe(403);
  });
});

describe(verifies('ops.health', 'health'), () => {
  test('ready once the catalog has answered, not ready while the bus is away', async () => {
    await using house = await startGateway();
    const { eventually } = await import('@gaze/testing');
    await eventually(async () => expect((await house.bare('/readyz')).status).toBe(200));
    await house.nats.stop();
    await eventually(async () => {
      const answer = await house.bare('/readyz');
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ waiting: [{ part: 'nats' }] });
    });
    expect((await house.bare('/healthz')).status).toBe(200);
  });
});
