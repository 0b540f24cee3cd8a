import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignHosts, holderSilenceMs, normaliseHostUrl, parseNamedHost } from '../../src/hosts/index.ts';
import type { AssignableHost, ReplicaView } from '../../src/hosts/index.ts';

const host = (id: string, holder: string | null = null, busy = false, enabled = true): AssignableHost => ({
  id,
  holder,
  busy,
  enabled,
});
const replica = (name: string, silentMs = 0, left = false): ReplicaView => ({ name, silentMs, left });
const silent = (name: string): ReplicaView => replica(name, holderSilenceMs);

function after(hosts: AssignableHost[], replicas: ReplicaView[]): Record<string, string | null> {
  const moves = new Map(assignHosts(hosts, replicas).map((move) => [move.hostId, move.holder]));
  return Object.fromEntries(
    hosts.map((one) => [one.id, moves.has(one.id) ? (moves.get(one.id) ?? null) : one.holder]),
  );
}

describe('who holds which host', () => {
  test('free hosts are spread evenly; nobody there, nothing moves', () => {
    expect(after([host('a'), host('b'), host('c')], [replica('x'), replica('y')])).toEqual({
      a: 'x',
      b: 'y',
      c: 'x',
    });
    expect(assignHosts([host('a'), host('b', 'x')], [])).toEqual([]);
  });

  test('a host stays with a live holder, and moves to even the spread only when it is idle', () => {
    const held = [host('a', 'x'), host('b', 'x'), host('c', 'x', true)];
    expect(after(held, [replica('x'), replica('y')])).toEqual({ a: 'y', b: 'x', c: 'x' });
    expect(
      assignHosts(
        held.map((one) => ({ ...one, busy: true })),
        [replica('x'), replica('y')],
      ),
    ).toEqual([]);
    expect(
      assignHosts([host('a', 'x'), host('b', 'x'), host('c', 'y')], [replica('x'), replica('y')]),
      'one more is even enough',
    ).toEqual([]);
  });

  test('a silent holder loses its hosts, busy or not, once somebody is there to take them', () => {
    expect(after([host('a', 'x', true)], [silent('x'), replica('y')])).toEqual({ a: 'y' });
    expect(assignHosts([host('a', 'x', true)], [silent('x')])).toEqual([]);
    expect(assignHosts([host('a', 'x', true)], [replica('x', holderSilenceMs - 1), replica('y')])).toEqual(
      [],
    );
  });

  test('who says farewell is free of its hosts at once', () => {
    expect(after([host('a', 'x', true)], [replica('x', 0, true), replica('y')])).toEqual({ a: 'y' });
    expect(after([host('a', 'x', true)], [replica('x', 0, true)])).toEqual({ a: null });
  });

  test('a disabled host ends its work and is then nobody’s', () => {
    expect(assignHosts([host('a', 'x', true, false)], [replica('x')])).toEqual([]);
    expect(after([host('a', 'x', false, false)], [replica('x')])).toEqual({ a: null });
    expect(assignHosts([host('a', null, false, false)], [replica('x')])).toEqual([]);
  });

  const names = ['x', 'y', 'z'];
  const scene = fc.record({
    hosts: fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        holder: fc.constantFrom(null, ...names),
        busy: fc.boolean(),
        enabled: fc.boolean(),
      }),
      { selector: (one) => one.id, maxLength: 12 },
    ),
    replicas: fc.subarray(names).chain((live) =>
      fc.tuple(
        ...live.map((name) =>
          fc.record({
            name: fc.constant(name),
            silentMs: fc.constantFrom(0, 5000, 20_000),
            left: fc.boolean(),
          }),
        ),
      ),
    ),
  });

  test('whatever the start: one round settles it, idle hosts end up evenly spread, and live holders keep busy hosts', () => {
    fc.assert(
      fc.property(scene, ({ hosts, replicas }) => {
        const holders = after(hosts, replicas);
        const next = hosts.map((one) => ({ ...one, holder: holders[one.id] ?? null }));
        expect(assignHosts(next, replicas)).toEqual([]);
        const live = replicas
          .filter((one) => !one.left && one.silentMs < holderSilenceMs)
          .map((one) => one.name);
        for (const one of hosts) {
          if (one.enabled && live.length > 0) expect(holders[one.id]).not.toBeNull();
          if (one.busy && one.holder !== null && live.includes(one.holder))
            expect(holders[one.id]).toBe(one.holder);
        }
        if (
          hosts.every(
            (one) =>
              !one.busy &&
              one.enabled &&
              (one.holder === null || replicas.some(({ name }) => name === one.holder)),
          ) &&
          live.length > 0
        ) {
          const loads = live.map((name) => Object.values(holders).filter((holder) => holder === name).length);
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('addresses of hosts', () => {
  test.each([
    ['127.0.0.1:8188', 'http://127.0.0.1:8188'],
    ['HTTP://Studio.Local:80/', 'http://studio.local'],
    ['https://gpu.example:443/comfy//', 'https://gpu.example/comfy'],
    [' http://[::1]:8188/ ', 'http://[::1]:8188'],
    ['http://host:08188', 'http://host:8188'],
  ])('%s is %s', (given, url) => expect(normaliseHostUrl(given)).toBe(url));

  test.each([
    '',
    'ftp://host',
    'http://',
    'http://user:secret@host',
    'http://host:0',
    'http://host:70000',
    'http://host?x=1',
    'http://ho st',
    'file:///etc/passwd',
  ])('%s is none', (given) => expect(normaliseHostUrl(given)).toBeNull());

  const anyAddress = fc
    .tuple(
      fc.constantFrom('http://', 'HTTPS://', ''),
      fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9.-]{0,20}$/),
      fc.constantFrom('', ':80', ':443', ':8188'),
      fc.stringMatching(/^(\/[a-zA-Z0-9._~-]{0,8}){0,3}$/),
    )
    .map((parts) => parts.join(''));

  test('a normalised address is its own normal form', () => {
    fc.assert(
      fc.property(anyAddress, (url) => {
        const once = normaliseHostUrl(url);
        expect(once).not.toBeNull();
        expect(normaliseHostUrl(once ?? '')).toBe(once);
      }),
    );
  });

  test('a name may stand before it; without one the address is the name', () => {
    expect(parseNamedHost('Atelier=http://127.0.0.1:8188/')).toEqual({
      name: 'Atelier',
      url: 'http://127.0.0.1:8188',
    });
    expect(parseNamedHost('http://127.0.0.1:8188')).toEqual({
      name: '127.0.0.1:8188',
      url: 'http://127.0.0.1:8188',
    });
    expect(parseNamedHost('Atelier=nothing here')).toBeNull();
  });
});
