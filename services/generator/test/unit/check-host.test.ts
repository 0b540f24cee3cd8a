import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import { verifies } from '@gaze/testing';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { buildHostGuard } from '../../src/comfy/guard.ts';
import { buildComfyHttp } from '../../src/comfy/http.ts';
import { checkHost } from '../../src/host/check-host.ts';

const never = new AbortController().signal;

/** Something at an address that is no ComfyUI. */
async function stranger(answer: RequestListener) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

describe(verifies('hosts.test', 'a look at an address'), () => {
  test('says version, device, files, and what missing nodes cost', async () => {
    await using host = await startComfyStandIn({ packs: { impact: false } });
    const found = await checkHost(`${host.url}/`, never);
    expect(found).toMatchObject({
      outcome: 'works',
      url: host.url,
      version: expect.stringMatching(/^\d+\.\d+/) as string,
      device: { name: expect.any(String) as string },
      missing: [{ class_name: 'FaceDetailer', costs: expect.stringContaining('Impact Pack') as string }],
    });
    expect(found.files?.checkpoints).toBeGreaterThan(0);
    expect(found.says).toMatch(/answers; it has \d+ checkpoints? and \d+ LoRAs?, and lacks 1 node\.$/);
  });

  test('says by class what is wrong there, and echoes nothing', async () => {
    await using page = await stranger((_request, response) =>
      response.end('<h1>secret of the intranet</h1>'),
    );
    await using login = await stranger((_request, response) => response.writeHead(401).end('secret'));
    await using proxy = await stranger((_request, response) => response.writeHead(502).end('secret'));
    const closed = await stranger(() => undefined);
    await closed[Symbol.asyncDispose]();
    const outcomes = await Promise.all([page, login, proxy, closed].map(({ url }) => checkHost(url, never)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'not_comfyui',
      'refused',
      'unreachable',
      'unreachable',
    ]);
    for (const { says } of outcomes) expect(says).toMatch(/^[A-Z].*\. .*\.$/);
    expect(JSON.stringify(outcomes)).not.toContain('secret');
  });

  test('ends with the process that looks', async () => {
    await using mute = await stranger(() => undefined);
    const stop = new AbortController();
    const looking = checkHost(mute.url, stop.signal);
    stop.abort(new Error('the generator stops'));
    expect((await looking).outcome).not.toBe('works');
  });

  test('what is no address is refused', async () => {
    await expect(checkHost('not an address', never)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'url',
    });
  });
});

describe(verifies(['hosts.forbidden', 'S4'], 'addresses that are never called'), () => {
  test.each(['http://169.254.169.254', 'http://[fe80::1]:8188', 'http://0.0.0.0:8188'])('%s', async (url) => {
    expect(await checkHost(url, never)).toMatchObject({ outcome: 'forbidden', version: null });
    const http = buildComfyHttp(url, { signal: never, silentMs: 1000 });
    await expect(http.ask('/system_stats')).rejects.toMatchObject({
      reason: expect.stringContaining('never called') as string,
    });
  });

  test('no redirect is followed there', async () => {
    await using inside = await stranger((_request, response) => response.end('{}'));
    await using door = await stranger((_request, response) =>
      response.writeHead(302, { location: `${inside.url}/latest` }).end(),
    );
    expect(await checkHost(door.url, never)).toMatchObject({ outcome: 'not_comfyui' });
    expect(inside.seen).toEqual([]);
  });

  test('a name that leads there later is found out', async () => {
    let now = 0;
    let leadsTo = '10.0.0.1';
    const resolve = (): Promise<string[]> => Promise.resolve([leadsTo]);
    const guard = buildHostGuard('http://comfy.example:8188', { resolve, now: () => now });
    expect(await guard()).toBeNull();
    leadsTo = '169.254.169.254';
    now = 11_000;
    expect(await guard()).toMatch(/never called$/);
  });
});
