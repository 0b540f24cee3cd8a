import { join } from 'node:path';
import { eventually, testLog, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { readServers, secretsOf } from '../../src/mcp/config.ts';
import type { McpServerConfig } from '../../src/mcp/config.ts';
import { buildConnection, usualTimes } from '../../src/mcp/connection.ts';
import type { ConnectionTimes } from '../../src/mcp/connection.ts';
import { buildToolbox } from '../../src/mcp/toolbox.ts';
import { guardedFetch } from '@gaze/runtime';
import { startStranger, text } from '../mcp-stranger.ts';

const never = new AbortController().signal;
const own = 'http://127.0.0.1:5783/mcp';

function open(configs: McpServerConfig[], times: Partial<ConnectionTimes> = {}) {
  const all = { ...usualTimes, firstBackOffMs: 10, longestBackOffMs: 50, refreshMs: 20, ...times };
  const connections = configs.map((config) =>
    buildConnection(config, { fetch: guardedFetch({ maxBytes: all.maxBytes }), times: all, log: testLog() }),
  );
  for (const connection of connections) connection.start();
  const toolbox = buildToolbox(() => connections);
  return {
    toolbox,
    names: () => toolbox.offers().map(({ name }) => name),
    stateOf: (name: string) => toolbox.status().find((one) => one.name === name)?.state,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map((connection) => connection.stop()));
    },
  };
}
const http = (name: string, url: string, tools: string[] | null = null): McpServerConfig => ({
  name,
  origin: name === 'danbooru' && url === own ? 'built_in' : 'environment',
  tools,
  connection: { kind: 'http', url, headers: {} },
});

describe('MCP_SERVERS', () => {
  test('unset is the project’s own tag server and its three tools', () => {
    expect(readServers(undefined, own, undefined)).toEqual([
      http('danbooru', own, ['search_tags', 'validate_tags', 'suggest_tags']),
    ]);
  });

  test('as pairs, with another tag server in the place of ours', () => {
    const servers = readServers('danbooru=http://a/mcp,chars=https://b/mcp?x=1', own, 'chars:look_up');
    expect(servers.map(({ name, tools }) => [name, tools])).toEqual([
      ['danbooru', ['search_tags', 'validate_tags', 'suggest_tags']],
      ['chars', ['look_up']],
    ]);
  });

  test('as JSON: a list, by name, and as desktop clients keep it', () => {
    const list = readServers(
      '[{"name":"c","url":"http://a/","headers":{"authorization":"Bearer k"},"tools":["*"]}]',
      own,
      undefined,
    );
    expect(list[1]).toEqual({
      name: 'c',
      origin: 'environment',
      tools: ['*'],
      connection: { kind: 'http', url: 'http://a/', headers: { authorization: 'Bearer k' } },
    });
    expect(secretsOf(list)).toEqual(['Bearer k']);
    const desktop = '{"mcpServers":{"c":{"command":"npx","args":["-y","x"],"env":{"K":"v"}}}}';
    expect(readServers(desktop, own, undefined)[1]).toEqual({
      name: 'c',
      origin: 'environment',
      tools: null,
      connection: { kind: 'command', command: 'npx', args: ['-y', 'x'], env: { K: 'v' } },
    });
    expect(readServers('{"c":{"url":"http://a/"}}', own, undefined)[1]?.name).toBe('c');
  });

  test.each([
    ['nonsense', /is not name=http/],
    ['a=ftp://x', /is not name=http/],
    ['{broken', /is none/],
    ['[{"name":"a"}]', /either url or command/],
    ['[{"url":"http://a"}]', /has no name/],
    ['a=http://x,a=http://y', /twice/],
    ['[{"name":"a","url":"http://x","tool":["y"]}]', /not right/],
  ])('%s is refused in a sentence', (value, message) => {
    expect(() => readServers(value, own, undefined)).toThrow(message);
  });

  test('MCP_TOOLS names servers that exist', () => {
    expect(() => readServers(undefined, own, 'nobody:x')).toThrow(/MCP_TOOLS/);
    expect(() => readServers(undefined, own, 'danbooru')).toThrow(/MCP_TOOLS/);
  });
});

describe('the tools', () => {
  test('are those on the list; without a list those that only read', async () => {
    await using listed = await startStranger({ tools: [{ name: 'a' }, { name: 'b' }] });
    await using unlisted = await startStranger({
      tools: [{ name: 'reads' }, { name: 'writes', readOnly: false }],
    });
    await using house = open([http('one', listed.url, ['b']), http('two', unlisted.url)]);
    await eventually(() => expect(house.names()).toEqual(['b', 'reads']));
    expect(await house.toolbox.call('a', '{}', never)).toMatchObject({ outcome: 'refused', server: null });
    expect(await house.toolbox.call('writes', '{}', never)).toMatchObject({ outcome: 'refused' });
    expect([...listed.state.calls, ...unlisted.state.calls]).toEqual([]);
    const why = house.toolbox.status()[1]?.tools.find(({ name }) => name === 'writes');
    expect(why).toMatchObject({ allowed: false, reason: expect.stringContaining('two:writes') as string });
  });

  test('get their server’s name where another has theirs', async () => {
    await using one = await startStranger({ tools: [{ name: 'a' }], call: () => text('from one') });
    await using two = await startStranger({ tools: [{ name: 'a' }], call: () => text('from two') });
    await using house = open([http('one', one.url), http('two', two.url)]);
    await eventually(() => expect(house.names()).toEqual(['a', 'two__a']));
    expect((await house.toolbox.call('two__a', '{}', never)).text).toBe('from two');
  });

  test('with names, schemas or numbers that no model can take are left out', async () => {
    await using server = await startStranger({
      tools: [
        { name: 'bad name' },
        { name: 'large', inputSchema: { type: 'object', description: 'x'.repeat(20_000) } },
        ...Array.from({ length: 100 }, (_, at) => ({ name: `t${at}`, description: 'y'.repeat(5000) })),
      ],
    });
    await using house = open([http('s', server.url)]);
    await eventually(() => expect(house.names()).toHaveLength(62));
    expect(house.toolbox.offers()[0]?.description).toHaveLength(2000);
  });
});

describe(verifies('llm.tool-servers', 'a server that'), () => {
  test('answers ten megabytes is told off, and asked again', async () => {
    await using server = await startStranger({
      tools: [{ name: 'a' }],
      call: (_name, args) => (args.size === 'huge' ? text('x'.repeat(10_000_000)) : text('y'.repeat(50_000))),
    });
    await using house = open([http('s', server.url)]);
    await eventually(() => expect(house.names()).toEqual(['a']));
    expect(await house.toolbox.call('a', '{"size":"huge"}', never)).toMatchObject({
      outcome: 'error',
      text: 'The server sent more than it may.',
    });
    await eventually(() => expect(house.names()).toEqual(['a']));
    const result = await house.toolbox.call('a', '{}', never);
    expect([result.outcome, result.text.length]).toEqual([
      'ok',
      8000 + '\n(cut off after 8000 characters)'.length,
    ]);
  });

  test('hangs costs its time and no more', async () => {
    await using server = await startStranger({ tools: [{ name: 'a' }], call: () => null });
    await using house = open([http('s', server.url)], { callMs: 50 });
    await eventually(() => expect(house.names()).toEqual(['a']));
    expect(await house.toolbox.call('a', '{}', never)).toMatchObject({
      outcome: 'error',
      text: 'The server did not answer in time.',
    });
    const stop = new AbortController();
    const call = house.toolbox.call('a', '{}', stop.signal);
    stop.abort(new Error('cancelled'));
    await expect(call).rejects.toThrow('cancelled');
  });

  test('dies is offered no more, and again when it is back', async () => {
    await using server = await startStranger({ tools: [{ name: 'a' }] });
    await using other = await startStranger({ tools: [{ name: 'b' }] });
    await using house = open([http('s', server.url), http('o', other.url)]);
    await eventually(() => expect(house.names()).toEqual(['a', 'b']));
    server.state.isDown = true;
    expect(await house.toolbox.call('a', '{}', never)).toMatchObject({
      outcome: 'error',
      text: 'The server cannot be reached.',
    });
    await eventually(() => expect([house.names(), house.stateOf('s')]).toEqual([['b'], 'down']));
    expect(await house.toolbox.call('a', '{}', never)).toMatchObject({ outcome: 'refused' });
    expect((await house.toolbox.call('b', '{}', never)).outcome).toBe('ok');
    server.state.isDown = false;
    await eventually(() => expect(house.names()).toEqual(['a', 'b']));
  });

  test('changes its tools has the new ones looked at like the old', async () => {
    await using server = await startStranger({ tools: [{ name: 'a' }] });
    await using house = open([http('s', server.url, ['a', 'c'])]);
    await eventually(() => expect(house.names()).toEqual(['a']));
    server.state.tools = [{ name: 'b' }, { name: 'c' }];
    await eventually(() => expect(house.names()).toEqual(['c']));
    expect(await house.toolbox.call('b', '{}', never)).toMatchObject({ outcome: 'refused' });
    expect(await house.toolbox.call('a', '{}', never)).toMatchObject({ outcome: 'refused' });
  });

  test('sends rubbish is an error of its own', async () => {
    await using server = await startStranger({ tools: [{ name: 'a' }], call: () => '<html>' });
    await using house = open([http('s', server.url)], { callMs: 300 });
    await eventually(() => expect(house.names()).toEqual(['a']));
    expect((await house.toolbox.call('a', '{}', never)).outcome).toBe('error');
    expect((await house.toolbox.call('a', 'no json', never)).text).toMatch(/arguments are no JSON/);
    expect((await house.toolbox.call('a', '[1]', never)).text).toMatch(/arguments are no JSON/);
  });

  test('is started as a command works alike, and may die at any moment', async () => {
    const root = join(import.meta.dirname, '../../../..');
    const main = join(root, 'services/danbooru-mcp/src/main.ts');
    const command = (args: string[]): McpServerConfig['connection'] => ({
      kind: 'command',
      command: process.execPath,
      args,
      env: {},
      cwd: root,
    });
    await using house = open([
      {
        name: 'danbooru',
        origin: 'environment',
        tools: ['search_tags'],
        connection: command([main, '--stdio']),
      },
      { name: 'dies', origin: 'environment', tools: null, connection: command(['-e', 'process.exit(1)']) },
      {
        name: 'floods',
        origin: 'environment',
        tools: null,
        connection: command(['-e', 'setInterval(() => process.stdout.write("x".repeat(1e6)), 1)']),
      },
      {
        name: 'missing',
        origin: 'environment',
        tools: null,
        connection: { kind: 'command', command: '/no/such/program', args: [], env: {} },
      },
    ]);
    await eventually(() => expect(house.names()).toEqual(['search_tags']), { timeoutMs: 15_000 });
    const { outcome, text: found } = await house.toolbox.call(
      'search_tags',
      '{"query":"blue_h","limit":1}',
      never,
    );
    expect([outcome, found]).toEqual(['ok', expect.stringContaining('blue_hair')]);
    await eventually(
      () => expect(['dies', 'floods', 'missing'].map(house.stateOf)).toEqual(['down', 'down', 'down']),
      { timeoutMs: 15_000 },
    );
  });
});
