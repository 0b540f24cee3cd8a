import type { McpSettings } from '@gaze/contracts';
import { eventually, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { readServers, withSettings } from '../../src/mcp/config.ts';
import { buildConnection, usualTimes } from '../../src/mcp/connection.ts';
import { buildServers } from '../../src/mcp/servers.ts';
import { buildToolbox } from '../../src/mcp/toolbox.ts';
import { guardedFetch } from '@gaze/runtime';
import { startStranger, text } from '../mcp-stranger.ts';

const own = 'http://127.0.0.1:5783/mcp';
const never = new AbortController().signal;

function open(fixedText: string) {
  let told = 0;
  const servers = buildServers({
    fixed: readServers(fixedText, own, undefined).filter(({ origin }) => origin === 'environment'),
    connect: (config) =>
      buildConnection(config, {
        fetch: guardedFetch({ maxBytes: 1_000_000 }),
        times: { ...usualTimes, firstBackOffMs: 10, longestBackOffMs: 60_000, refreshMs: 60_000 },
        changed() {
          told++;
        },
        log: testLog(),
      }),
  });
  servers.start();
  const toolbox = buildToolbox(servers.list);
  return {
    ...{ servers, toolbox, told: () => told },
    names: () => toolbox.offers().map(({ name }) => name),
    stateOf: (name: string) => toolbox.status().find((one) => one.name === name)?.state,
    [Symbol.asyncDispose]: () => servers.stop(),
  };
}
const settings = (mark: string, more: Partial<McpSettings> = {}): McpSettings => ({
  ...{ servers: [], allow: [], mark },
  ...more,
});

describe(verifies('llm.settings-tools', 'tool servers of Settings'), () => {
  test('come and go while the worker runs, and those of the environment stay', async () => {
    await using fixed = await startStranger({ tools: [{ name: 'fixed' }], call: () => text('f') });
    await using added = await startStranger({ tools: [{ name: 'added' }], call: () => text('a') });
    await using house = open(`env=${fixed.url}`);
    await eventually(() => expect(house.names()).toEqual(['fixed']));
    const [kept] = house.servers.list();
    house.servers.apply(settings('1', { servers: [{ name: 'mine', url: added.url }] }));
    await eventually(() => expect(house.names()).toEqual(['fixed', 'added']));
    expect(house.servers.list()[0]).toBe(kept);
    expect((await house.toolbox.call('added', '{}', never)).text).toBe('a');
    expect(house.toolbox.status().map(({ name, origin }) => [name, origin])).toEqual([
      ['env', 'environment'],
      ['mine', 'settings'],
    ]);
    house.servers.apply(settings('2'));
    expect(house.names()).toEqual(['fixed']);
    expect(house.servers.applied()).toBe('2');
    expect(house.told()).toBeGreaterThan(1);
  });

  test('have tools that a person allows or not, one by one', async () => {
    await using server = await startStranger({
      tools: [{ name: 'reads' }, { name: 'writes', readOnly: false }],
      call: () => text('x'),
    });
    await using house = open('[]');
    const servers = [{ name: 'mine', url: server.url }];
    house.servers.apply(settings('1', { servers }));
    await eventually(() => expect(house.names()).toEqual(['reads']));
    const allow = [
      { server: 'mine', tool: 'reads', allowed: false },
      { server: 'mine', tool: 'writes', allowed: true },
      { server: 'other', tool: 'reads', allowed: true },
    ];
    house.servers.apply(settings('2', { servers, allow }));
    expect(house.names()).toEqual(['writes']);
    expect((await house.toolbox.call('reads', '{}', never)).outcome).toBe('refused');
    expect(house.toolbox.status()[0]?.tools[0]?.reason).toBe('It was switched off in Settings.');
  });

  test('are connected anew when somebody asks, also in the middle of a long wait', async () => {
    await using first = await startStranger({ tools: [{ name: 'reads' }], call: () => text('x') });
    await using house = open('[]');
    house.servers.apply(settings('1', { servers: [{ name: 'mine', url: first.url }] }));
    await eventually(() => expect(house.stateOf('mine')).toBe('connected'));
    const [connection] = house.servers.list();
    house.servers.reconnect('mine');
    expect(house.stateOf('mine')).toBe('connecting');
    await eventually(() => expect(house.stateOf('mine')).toBe('connected'));
    expect(house.servers.list()[0]).toBe(connection);
    house.servers.reconnect('nobody');
  });

  test(verifies('S4', 'never lead to a metadata address'), async () => {
    await using house = open('[]');
    house.servers.apply(
      settings('1', { servers: [{ name: 'cloud', url: 'http://169.254.169.254/latest/meta-data' }] }),
    );
    await eventually(() => expect(house.stateOf('cloud')).toBe('down'));
    expect(house.toolbox.status()[0]?.reason).toMatch(/link-local or .*metadata address/);
  });

  test('do not replace a server of the environment; a tag server takes the place of our own', () => {
    const fixed = readServers('a=http://127.0.0.1:1/mcp', own, undefined);
    const all = withSettings(fixed, [
      { name: 'a', url: 'http://127.0.0.1:2/mcp' },
      { name: 'danbooru', url: 'http://127.0.0.1:3/mcp' },
    ]);
    expect(
      all.map(({ name, origin, connection }) => [name, origin, 'url' in connection && connection.url]),
    ).toEqual([
      ['a', 'environment', 'http://127.0.0.1:1/mcp'],
      ['danbooru', 'settings', 'http://127.0.0.1:3/mcp'],
    ]);
    expect(all[1]?.tools).toContain('validate_tags');
  });

  test('cannot switch tools that the environment lists', async () => {
    await using server = await startStranger({
      tools: [{ name: 'reads' }, { name: 'more' }],
      call: () => text('x'),
    });
    await using house = open(JSON.stringify({ fixed: { url: server.url, tools: ['reads'] } }));
    await eventually(() => expect(house.names()).toEqual(['reads']));
    house.servers.apply(settings('1', { allow: [{ server: 'fixed', tool: 'more', allowed: true }] }));
    expect(house.names()).toEqual(['reads']);
    expect(house.toolbox.status()[0]).toMatchObject({ tools_fixed: true });
  });
});
