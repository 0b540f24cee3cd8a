import { allows } from '@gaze/contracts';
import type { Scope } from '@gaze/contracts';
import { verifies } from '@gaze/testing';
import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../../src/openapi/examples.ts';
import type { OpenAPIV3_1 } from 'openapi-types';
import { keys, sessionSecret } from './canned-catalog.ts';
import { json, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

let house: TestGateway;
beforeAll(async () => {
  house = await startGateway();
});
afterAll(() => house[Symbol.asyncDispose]());

interface Route {
  method: string;
  url: string;
  /** Null for what is public or not in the reference. */
  scope: Scope | null;
  operationId: string;
}

/** Every route that the instance really has, read from its router and not from a list of ours. */
function allRoutes(): Route[] {
  const documented = documentedRoutes();
  const found: Route[] = [];
  const stack: string[] = [];
  for (const line of house.gateway.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^(.*?)(?:├──|└──) (\S*)(?: \((.+)\))?$/.exec(line);
    if (match === null) continue;
    const [, indent = '', part = '', methods = ''] = match;
    stack.length = indent.length / 4;
    stack.push(part);
    const url = stack.join('');
    for (const method of methods.split(', ').filter((name) => name !== '')) {
      const known = documented.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
      found.push({ method, url, scope: known?.scope ?? null, operationId: known?.operationId ?? '' });
    }
  }
  return found;
}

function documentedRoutes(): Map<string, { scope: Scope | null; operationId: string }> {
  const document = house.gateway.app.swagger() as OpenAPIV3_1.Document;
  const routes = new Map<string, { scope: Scope | null; operationId: string }>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const url = path.replace('{key}', '*').replace(/\{(\w+)\}/g, ':$1');
    for (const verb of ['get', 'put', 'post', 'patch', 'delete'] as const) {
      const operation = item?.[verb];
      if (operation === undefined) continue;
      const scope = /scope `(\w+)`/.exec(operation.description ?? '')?.[1] as Scope | undefined;
      routes.set(`${verb.toUpperCase()} ${url}`, {
        scope: scope ?? null,
        operationId: operation.operationId ?? '',
      });
    }
  }
  return routes;
}

const fill = (url: string): string =>
  url
    .replace(':category', 'characters')
    .replace(':slug', 'elke_marrow')
    .replace(':preset_slug', 'evening')
    .replace(':kind', 'image')
    .replace(':sha256', '0'.repeat(64))
    .replace(':file', '384.webp')
    .replace(/:\w+/g, 'x1')
    .replace('*', 'characters/none.png');

function bodyFor(route: Route): Omit<RequestInit, 'headers'> & { headers: Record<string, string> } {
  const example = examples[route.operationId]?.request;
  return example === undefined ? { method: route.method, headers: {} } : json(example, route.method);
}

describe(verifies('S3', 'who may come in'), () => {
  /** The whole list of what answers anybody, and why. A new entry here is a decision. */
  const publicRoutes = [
    'GET /', // the app itself holds no data
    'GET /*', // its files
    'GET /api/docs', // the reference of a free program
    'GET /api/docs/',
    'GET /api/docs/scalar.js',
    'GET /api/v1/openapi.json',
    'GET /healthz', // for whoever runs it
    'GET /readyz',
    'POST /api/v1/session', // signing in
  ];

  test('the list of public addresses is complete', async () => {
    const open: string[] = [];
    for (const route of allRoutes()) {
      if (route.method === 'HEAD') continue;
      const answer = await house.bare(fill(route.url), { method: route.method });
      if (answer.status !== 401) open.push(`${route.method} ${route.url}`);
    }
    expect(open.sort()).toEqual(publicRoutes.sort());
  });

  test('without key and session every other address answers 401, also to a wrong key, cookie or HEAD', async () => {
    const guarded = allRoutes().filter((route) => route.scope !== null);
    expect(guarded.length).toBeGreaterThan(35);
    for (const route of guarded) {
      const what = `${route.method} ${route.url}`;
      const { headers, ...init } = bodyFor(route);
      const none = await house.bare(fill(route.url), { ...init, headers });
      expect(none.status, what).toBe(401);
      if (route.method !== 'HEAD') {
        expect(none.headers.get('content-type'), what).toContain('application/problem+json');
        expect(await none.json(), what).toMatchObject({ code: 'unauthorized', details: { sign_in: 'link' } });
      }
    }
    const wrongKey = await house.bare('/api/v1/jobs', { headers: { 'x-api-key': 'no-such-key' } });
    expect(wrongKey.status).toBe(401);
    const wrongCookie = await house.bare('/api/v1/jobs', {
      headers: { cookie: `gaze_session_${house.port}=nope` },
    });
    expect(wrongCookie.status).toBe(401);
    const wrongKeyGoodCookie = await house.bare('/api/v1/jobs', {
      headers: { 'x-api-key': 'no-such-key', cookie: `gaze_session_${house.port}=${sessionSecret}` },
    });
    expect(wrongKeyGoodCookie.status).toBe(401);
  });

  test('a key without the scope answers 403, one with it does not', async () => {
    for (const route of allRoutes().filter(({ scope, method }) => scope !== null && method !== 'HEAD')) {
      for (const [name, secret] of Object.entries(keys)) {
        const held: Scope[] = name === 'nothing' ? [] : [name as Scope];
        const { headers, ...init } = bodyFor(route);
        const answer = await house.bare(fill(route.url), {
          ...init,
          headers: { ...headers, 'x-api-key': secret },
        });
        const what = `${name} → ${route.method} ${route.url}`;
        await answer.body?.cancel();
        if (allows(held, route.scope ?? 'admin')) expect([401, 403], what).not.toContain(answer.status);
        else expect(answer.status, what).toBe(403);
      }
    }
  });

  test('a key counts in the header and in the query, and the query stays strict', async () => {
    expect((await house.bare(`/api/v1/jobs?api_key=${keys.read}`)).status).toBe(200);
    expect((await house.bare(`/api/v1/jobs?api_key=${keys.read}&api_key=${keys.read}`)).status).toBe(401);
    expect((await house.bare(`/api/v1/jobs?api_key=${keys.read}&nonsense=1`)).status).toBe(422);
  });

  test('the session cookie counts, and signing out ends it', async () => {
    const cookie = `gaze_session_${house.port}=${sessionSecret}`;
    const who = await house.bare('/api/v1/session', { headers: { cookie } });
    expect(await who.json()).toEqual({ name: 'session', scopes: ['admin'], by: 'session', local: true });
    const out = await house.bare('/api/v1/session', {
      method: 'DELETE',
      headers: { cookie, origin: house.url },
    });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain(`gaze_session_${house.port}=;`);
    expect((await house.bare('/api/v1/session', { headers: { cookie } })).status).toBe(401);
  });

  test(
    verifies('auth.keys', 'a key is made with its secret, listed without it, and ends at once when revoked'),
    async () => {
      const made = await house.ask('/api/v1/keys', json({ name: 'nightly script', scopes: ['read'] }));
      expect(made.status).toBe(201);
      expect(await made.json()).toMatchObject({ secret: 'gz_4f2a…' });
      expect(house.catalog.lastInput('keysCreate')).toEqual({ name: 'nightly script', scopes: ['read'] });
      expect(await (await house.ask('/api/v1/keys')).text()).not.toContain('secret');
      expect((await house.bare('/api/v1/jobs', { headers: { 'x-api-key': keys.write } })).status).toBe(200);
      house.catalog.revokeKey('write');
      expect((await house.ask('/api/v1/keys/write', { method: 'DELETE' })).status).toBe(204);
      expect((await house.bare('/api/v1/jobs', { headers: { 'x-api-key': keys.write } })).status).toBe(401);
    },
  );

  test('a gallery full of thumbnails asks for its session once', async () => {
    const before = house.catalog.count('authKey');
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        house.bare('/api/v1/queues', { headers: { 'x-api-key': keys.generate } }),
      ),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(house.catalog.count('authKey') - before).toBeLessThanOrEqual(1);
  });
});

describe(verifies('S10', 'guessing'), () => {
  test('a sender of wrong keys is slowed down; who has a good key is not locked out by it', async () => {
    await using other = await startGateway();
    expect((await other.ask('/api/v1/queues')).status).toBe(200);
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess += 1) {
      statuses.push(
        (await other.bare('/api/v1/queues', { headers: { 'x-api-key': `guess-${guess}` } })).status,
      );
    }
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
    expect(statuses.at(-1)).toBe(429);
    expect((await other.ask('/api/v1/queues')).status).toBe(200);
  });
});

/** Fetch sets Host itself; this does not. */
function withHost(
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = rawRequest({ host: '127.0.0.1', port: house.port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

describe(verifies(['S9', 'auth.local'], 'names and origins'), () => {
  test.each([
    ['127.0.0.1', 200],
    ['localhost', 200],
    ['LOCALHOST', 200],
    ['[::1]', 200],
    ['gaze.attacker.example', 403],
    ['127.0.0.1.attacker.example', 403],
    ['192.168.1.5', 403],
    ['0.0.0.0', 403],
  ])('local mode under the name %s answers %i', async (name, status) => {
    const answer = await withHost('/healthz', { host: `${name}:${house.port}` });
    expect(answer.status).toBe(status);
    if (status === 403)
      expect(JSON.parse(answer.body)).toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining(name) as string,
      });
  });

  test('another port in the Host header, no Host, and a proxy in front are refused', async () => {
    expect((await withHost('/healthz', { host: `127.0.0.1:${house.port + 1}` })).status).toBe(403);
    expect((await withHost('/', { host: '127.0.0.1' })).status).toBe(403);
    const proxied = await withHost('/', {
      host: `127.0.0.1:${house.port}`,
      'x-forwarded-for': '203.0.113.9',
    });
    expect(proxied.status).toBe(403);
    expect(proxied.body).toContain('proxy');
  });

  test.each([
    [{ origin: 'OWN' }, 200],
    [{}, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'http://attacker.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://127.0.0.1:1' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
  ])('a change with a cookie from %j answers %i', async (from, status) => {
    await using other = await startGateway();
    const headers = Object.fromEntries(
      Object.entries(from).map(([name, value]) => [name, value === 'OWN' ? other.url : value]),
    );
    const change = json({ paused: true }, 'PUT');
    const answer = await other.bare('/api/v1/queues/image', {
      ...change,
      headers: { ...change.headers, ...headers, cookie: `gaze_session_${other.port}=${sessionSecret}` },
    });
    expect(answer.status).toBe(status);
  });

  test('a key needs no origin: it was sent on purpose', async () => {
    const change = json({ paused: true }, 'PUT');
    const answer = await house.ask('/api/v1/queues/image', {
      ...change,
      headers: { ...change.headers, origin: 'http://attacker.example' },
    });
    expect(answer.status).toBe(200);
  });

  test('a foreign page cannot sign its visitor in', async () => {
    const login = json({ password: 'whatever' });
    const answer = await house.bare('/api/v1/session', {
      ...login,
      headers: { ...login.headers, origin: 'http://attacker.example' },
    });
    expect(answer.status).toBe(403);
  });
});
