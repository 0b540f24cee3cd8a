import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Scope } from '@gaze/contracts';
import { startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './ask.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

/** The official client, with a key of these scopes. */
async function agent(scopes: Scope[], header: 'x-api-key' | 'authorization' = 'x-api-key') {
  const { secret } = await clientOf(stack).keys.create({ name: `agent ${Math.random()}`, scopes });
  const client = new McpClient({ name: 'an agent', version: '1' });
  const headers = { [header]: header === 'authorization' ? `Bearer ${secret}` : secret };
  const transport = new StreamableHTTPClientTransport(new URL(`${stack.url}/mcp`), {
    requestInit: { headers },
  });
  await client.connect(transport);
  return {
    client,
    call: async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })) as CallToolResult,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const textOf = ({ content }: CallToolResult): string => (content[0]?.type === 'text' ? content[0].text : '');
const recipe = {
  owner: { category: 'characters', slug: 'elke_marrow' },
  parts: { characters: [{ slug: 'elke_marrow' }] },
  extra_positive: 'paper lantern festival',
  seed: 11,
};

describe(verifies('api.mcp', 'an agent over MCP'), () => {
  test('finds an entity, reads it, previews it, renders it with progress, and finds the picture', async () => {
    await using reader = await agent(['generate']);
    const { tools } = await reader.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'generate_and_wait',
      'get_job',
      'list_entities',
      'preview_prompt',
      'propose_edit',
      'read_entity',
      'search_images',
    ]);
    const listed = await reader.call('list_entities', { category: 'characters', q: 'elke' });
    expect(listed.structuredContent).toMatchObject({
      entities: [{ slug: 'elke_marrow', name: 'Elke Marrow' }],
    });
    const read = await reader.call('read_entity', { category: 'characters', slug: 'elke_marrow' });
    expect(read.structuredContent).toMatchObject({ data: { character_id: 'elke_marrow' } });
    const preview = await reader.call('preview_prompt', { recipe });
    expect(JSON.stringify(preview.structuredContent)).toContain('paper lantern festival');

    const steps: number[] = [];
    const rendered = (await reader.client.callTool(
      { name: 'generate_and_wait', arguments: { recipe, count: 1, wait_seconds: 60 } },
      undefined,
      { onprogress: ({ progress }) => steps.push(progress), timeout: 90_000 },
    )) as CallToolResult;
    const { jobs } = rendered.structuredContent as {
      jobs: { id: string; status: string; images: { id: string; url: string }[] }[];
    };
    expect(jobs).toMatchObject([{ status: 'done' }]);
    expect(steps.length).toBeGreaterThan(0);
    expect(rendered.content.at(-1)).toMatchObject({ type: 'image', mimeType: 'image/webp' });
    const picture = await fetch(jobs[0]?.images[0]?.url ?? '', { headers: { 'x-api-key': stack.apiKey } });
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect((await reader.call('get_job', { job_id: jobs[0]?.id ?? '' })).structuredContent).toMatchObject({
      job: { status: 'done', images: jobs[0]?.images },
    });
    const found = await reader.call('search_images', { q: 'lantern festival' });
    expect(found.structuredContent).toMatchObject({ images: [{ id: jobs[0]?.images[0]?.id }] });
  });

  test('proposes an edit that waits until a person applies it', async () => {
    const people = clientOf(stack);
    await using writer = await agent(['write'], 'authorization');
    const before = await people.entities.get('characters', 'elke_marrow');
    const proposed = await writer.call('propose_edit', {
      category: 'characters',
      slug: 'elke_marrow',
      patch: { identity: { hair: 'copper hair' } },
      note: 'Red reads as orange.',
    });
    const { draft } = proposed.structuredContent as { draft: { id: string } };
    expect((await people.entities.get('characters', 'elke_marrow')).data).toEqual(before.data);
    expect(await people.drafts.get(draft.id)).toMatchObject({
      kind: 'proposed_edit',
      state: 'waiting',
      slug: 'elke_marrow',
      reason: 'Red reads as orange.',
      changes: [{ pointer: '/identity/hair', after: 'copper hair' }],
    });
    await people.drafts.apply(draft.id);
    const after = await people.entities.get('characters', 'elke_marrow');
    expect(after.data).toMatchObject({ identity: { hair: 'copper hair' } });
    expect(after.data.character_id).toBe('elke_marrow');
  });

  test.each([
    [{}, 'changes nothing'],
    [{ character_id: 'somebody' }, 'does not rename'],
    [{ identity: null }, 'takes no field away'],
  ])('a proposal of %j is refused in a sentence', async (patch, said) => {
    await using writer = await agent(['write']);
    const refused = await writer.call('propose_edit', { category: 'characters', slug: 'elke_marrow', patch });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toContain(said);
  });

  test('does what its key may do and no more', async () => {
    await using reader = await agent(['read']);
    const denied = await reader.call('generate_and_wait', { recipe });
    expect(denied).toMatchObject({ isError: true });
    expect(textOf(denied)).toMatch(/needs generate.*\(forbidden\)/);
    const nobody = await reader.call('read_entity', { category: 'characters', slug: 'nobody' });
    expect(textOf(nobody)).toContain('(not_found)');
    const foreign = await fetch(`${stack.url}/mcp`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(foreign.status).toBe(401);
    const sessions = await fetch(`${stack.url}/mcp`, { headers: { 'x-api-key': stack.apiKey } });
    expect([sessions.status, sessions.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
