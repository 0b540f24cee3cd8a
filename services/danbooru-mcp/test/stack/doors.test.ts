import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { tagsRpc } from '@gaze/contracts';
import { callRpc, connectNats } from '@gaze/runtime';
import { startNats, testLog, verifies } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTagServer } from '../../src/app.ts';
import type { TagServer } from '../../src/app.ts';

const root = join(import.meta.dirname, '../../../..');
const main = join(import.meta.dirname, '../../src/main.ts');

let server: TagServer;
let url: string;
beforeAll(async () => {
  server = buildTagServer({ folders: [join(root, 'data/tags')], log: testLog() });
  await server.list.load();
  url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
});
afterAll(() => server.stop());

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  return client;
}
const overHttp = () => connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
const overStdio = () =>
  connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [main, '--stdio'],
      cwd: root,
      stderr: 'ignore',
    }),
  );

describe.each([
  ['streamable HTTP', overHttp],
  ['stdio', overStdio],
])("the official SDK's client over %s", (_name, open) => {
  let client: Client;
  beforeAll(async () => {
    client = await open();
  });
  afterAll(() => client.close());

  test('lists three tools that only read', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['search_tags', 'validate_tags', 'suggest_tags']);
    for (const tool of tools) {
      expect(tool.annotations?.readOnlyHint).toBe(true);
      expect(tool.outputSchema).toBeDefined();
    }
  });

  test('searches with a default of twenty', async () => {
    const { structuredContent } = await client.callTool({
      name: 'search_tags',
      arguments: { query: 'blue' },
    });
    const { tags } = structuredContent as { tags: { name: string }[] };
    expect(tags).toHaveLength(20);
    for (const { name } of tags) expect(name).toMatch(/^blue/);
  });

  test('searches within a category, and says the same as text', async () => {
    const answer = await client.callTool({
      name: 'search_tags',
      arguments: { query: 'hatsune', limit: 3, category: 'character' },
    });
    expect(answer.structuredContent).toMatchObject({
      tags: [{ name: 'hatsune_miku', category: 'character' }],
    });
    const [text] = answer.content as { type: string; text: string }[];
    expect(JSON.parse(text?.text ?? '')).toEqual(answer.structuredContent);
  });

  test('validates exact tags, aliases and slips', async () => {
    const tags = ['blue hair', 'catgirl', 'blu_hair', 'nothing of the kind'];
    const { structuredContent } = await client.callTool({ name: 'validate_tags', arguments: { tags } });
    expect(structuredContent).toMatchObject({
      results: [
        { status: 'exact', name: 'blue_hair' },
        { status: 'alias', name: 'cat_girl' },
        { status: 'unknown', suggestions: [{ kind: 'spelling', name: 'blue_hair' }] },
        { status: 'unknown', name: null },
      ],
    });
  });

  test('suggests by a word inside', async () => {
    const { structuredContent } = await client.callTool({
      name: 'suggest_tags',
      arguments: { partial: 'ponyt' },
    });
    expect((structuredContent as { tags: { name: string }[] }).tags.map(({ name }) => name)).toContain(
      'high_ponytail',
    );
  });

  test('refuses what does not fit, and goes on', async () => {
    for (const args of [
      {},
      { query: 7 },
      { query: 'x', limit: 0 },
      { query: 'x', category: 'food' },
      { query: 'x'.repeat(300) },
    ]) {
      expect((await client.callTool({ name: 'search_tags', arguments: args })).isError).toBe(true);
    }
    expect(
      (await client.callTool({ name: 'search_tags', arguments: { query: 'solo' } })).isError,
    ).toBeFalsy();
  });
});

describe('the HTTP door', () => {
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(`${url}/mcp`, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

  test('is closed to pages of other origins', async () => {
    expect((await post({ ...json, origin: 'https://example.com' })).status).toBe(403);
    expect((await post({ ...json, origin: 'http://localhost.example.com' })).status).toBe(403);
    expect((await post({ ...json, origin: 'null' })).status).toBe(403);
  });

  test('says what it does not take', async () => {
    expect((await fetch(`${url}/mcp`)).status).toBe(405);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await post(json, 'no json')).status).toBe(400);
    expect((await post(json, `"${'x'.repeat(2_000_000)}"`)).status).toBe(413);
  });

  test('says that it lives', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'alive' });
  });
});

test(verifies('tags.server', 'the bus asks the same questions'), async () => {
  await using nats = await startNats();
  const log = testLog();
  const ours = await connectNats({ url: nats.url, name: 'tags', log });
  const theirs = await connectNats({ url: nats.url, name: 'asker', log });
  server.serveBus(ours.nc);
  await ours.nc.flush();
  const { tags } = await callRpc(theirs.nc, tagsRpc.search, { query: 'blue_h', limit: 1 });
  expect(tags).toMatchObject([{ name: 'blue_hair', alias: null }]);
  const { results } = await callRpc(theirs.nc, tagsRpc.validate, { tags: ['catgirl'] });
  expect(results).toMatchObject([{ status: 'alias', name: 'cat_girl' }]);
  expect(
    (await callRpc(theirs.nc, tagsRpc.suggest, { partial: 'blu_hiar' })).tags.map(({ name }) => name),
  ).toContain('blue_hair');
  expect((await callRpc(theirs.nc, tagsRpc.status, {})).tags).toBeGreaterThan(3000);
  await expect(callRpc(theirs.nc, tagsRpc.search, { query: 'x', limit: 1000 })).rejects.toThrow(/limit/);
  await theirs.close();
  await ours.close();
});
