import { verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { json, localToken, password, startGateway } from './start-gateway.ts';
import type { TestGateway } from './start-gateway.ts';

const setupToken = 'token-of-the-link-in-the-log';
const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields),
});
const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const login = (house: TestGateway, text: string): Promise<Response> =>
  house.bare('/api/v1/session', json({ password: text }));

describe(verifies('session.password', 'a password that is set in GAZE'), () => {
  test('the first one, under the link of the log and no other; then the link is worth nothing', async () => {
    await using house = await startGateway({ config: { local: false, setupToken } });
    for (const path of ['/setup', '/setup?token=guess']) expect((await house.bare(path)).status).toBe(403);
    const page = await house.bare(`/setup?token=${setupToken}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).not.toContain('<script');

    const set = (first: string, again = first, token = setupToken) =>
      house.bare('/setup', form({ token, password: first, again }));
    expect((await set('long enough', 'long enough', 'guess')).status).toBe(403);
    expect((await set('short')).status).toBe(422);
    expect(await (await set('long enough', 'another one')).text()).toContain('differ');
    expect((await login(house, 'long enough')).status).toBe(503);
    const done = await set('long enough');
    expect([done.status, done.headers.get('location')]).toEqual([303, '/']);
    const asked = await house.bare('/api/v1/session', { headers: { cookie: cookieOf(done) } });
    expect(asked.status).toBe(200);
    expect((await set('another one entirely')).status).toBe(403);
    expect((await login(house, 'long enough')).status).toBe(200);
    expect((await login(house, 'another one entirely')).status).toBe(401);
  });

  test('is changed by who knows it, and signs the others out', async () => {
    await using house = await startGateway({ config: { local: false, setupToken } });
    const first = await house.bare(
      '/setup',
      form({ token: setupToken, password: 'long enough', again: 'long enough' }),
    );
    const headers = { ...json({}).headers, cookie: cookieOf(first) };
    const view = await house.bare('/api/v1/session/password', { headers });
    expect(await view.json()).toEqual({ is_set: true, origin: 'settings', needs_current: true });
    const change = (body: object) =>
      house.bare('/api/v1/session/password', { ...json(body, 'PUT'), headers });
    expect((await change({ password: 'a newer one' })).status).toBe(401);
    const wrong = await change({ current: 'not it', password: 'a newer one' });
    expect(await wrong.json()).toMatchObject({ status: 401, field: 'current' });
    expect((await change({ current: 'long enough', password: 'short' })).status).toBe(422);
    expect((await change({ current: 'long enough', password: 'a newer one' })).status).toBe(200);
    const [closed] = house.catalog.calls.filter(({ name }) => name === 'sessions.close');
    expect(closed?.input).toMatchObject({ except: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect((await login(house, 'long enough')).status).toBe(401);
    expect((await login(house, 'a newer one')).status).toBe(200);
  });

  test('that the environment fixes stays as it is; in a local start none is asked for', async () => {
    await using fixed = await startGateway({ config: { local: false, password } });
    const refused = await fixed.ask(
      '/api/v1/session/password',
      json({ current: password, password: 'a newer one' }, 'PUT'),
    );
    expect(await refused.json()).toMatchObject({
      status: 409,
      hint: expect.stringContaining('GAZE_PASSWORD') as string,
    });
    expect((await fixed.bare('/setup?token=whatever')).status).toBe(403);
    await using local = await startGateway();
    const entered = await local.bare(`/?token=${localToken}`);
    const headers = { ...json({}).headers, cookie: cookieOf(entered) };
    const change = { ...json({ password: 'for later use' }, 'PUT'), headers };
    expect((await local.bare('/api/v1/session/password', change)).status).toBe(200);
    expect((await login(local, 'for later use')).status).toBe(200);
  });
});
