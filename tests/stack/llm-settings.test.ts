import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { subjects } from '@gaze/contracts';
import { startLlmStandIn } from '@gaze/llm-stand-in';
import type { LlmStandIn } from '@gaze/llm-stand-in';
import { eventually, startStack, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dumpOf } from '../support/dump.ts';
import { clientOf, ended } from './ask.ts';

const plantedKey = 'sk-planted-9c1f7e2ab4d84f0f8d53';

let stack: TestStack;
let standIn: LlmStandIn;
let stranger: LlmStandIn;
const told: string[] = [];

beforeAll(async () => {
  standIn = await startLlmStandIn({ apiKey: plantedKey });
  stranger = await startLlmStandIn();
  // Without the demo's stand-in nothing fixes the model.
  stack = await startStack({ demo: false, env: { LOG_LEVEL: 'trace' } });
  stack.bus.nc.subscribe(subjects.events, {
    callback: (_error, message) => void told.push(message.string()),
  });
});
afterAll(async () => {
  await stack.stop();
  await standIn.stop();
  await stranger.stop();
});

const chosen = () => ({
  kind: 'openai' as const,
  base_url: standIn.baseUrl,
  model: 'stand-in',
  api_key: plantedKey,
});
const create = async (name: string) => {
  const client = clientOf(stack);
  const { jobs } = await client.llm.create('characters', { description: 'Silver hair.', name });
  return ended(client, jobs[0]?.id ?? '', 120_000);
};

describe('the language model as Settings choose it', () => {
  test(
    verifies('llm.settings', 'none, then one with a key: it is tried, kept, and works from the next job on'),
    async () => {
      const client = clientOf(stack);
      expect(await client.llm.provider()).toMatchObject({ origin: 'none', has_key: false });
      const failed = await create('Nobody');
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'llm_not_configured' } });

      const { api_key: key, ...place } = chosen();
      const found = await client.llm.test({ base_url: place.base_url, model: place.model, api_key: key });
      expect(found).toMatchObject({ ok: true, reachable: true, model_known: true, answers: true });
      expect(await client.llm.provider()).toMatchObject({ origin: 'none' });

      const kept = await client.llm.setProvider({ ...chosen(), limits: { job_tokens: 90_000 } });
      expect(kept).toMatchObject({
        ...{ origin: 'settings', base_url: standIn.baseUrl, model: 'stand-in', has_key: true },
        limits: {
          job_tokens: { value: 90_000, origin: 'settings' },
          call_seconds: { value: 180, origin: 'default' },
        },
      });
      expect(JSON.stringify(kept)).not.toContain(plantedKey);
      expect(await client.llm.test()).toMatchObject({ ok: true });
      const job = await create('Ilsa Wick');
      expect(job).toMatchObject({ status: 'done', error: null });
      expect(standIn.log.entries().at(-1)?.authorization).toBe(`Bearer ${plantedKey}`);
    },
  );

  test(
    verifies(
      'llm.settings-key',
      'the key stays with its server: another address without a key is refused, tried or kept, and hears nothing',
    ),
    async () => {
      const client = clientOf(stack);
      const elsewhere = { base_url: stranger.baseUrl, model: 'stand-in' };
      const refused = { code: 'invalid_input', problem: { field: 'api_key' } };
      await expect(client.llm.setProvider({ kind: 'openai', ...elsewhere })).rejects.toMatchObject(refused);
      await expect(client.llm.test(elsewhere)).rejects.toMatchObject(refused);
      expect(stranger.log.entries()).toEqual([]);
      await client.llm.test({ ...elsewhere, api_key: null });
      expect(stranger.log.entries().length).toBeGreaterThan(0);
      for (const entry of stranger.log.entries()) expect(entry.authorization ?? '').not.toContain(plantedKey);
      // The same server under another model keeps its key.
      const { api_key: _key, ...same } = chosen();
      expect(await client.llm.setProvider(same)).toMatchObject({ has_key: true });
      for (const address of [
        'http://u:p@127.0.0.1:1/v1',
        'http://127.0.0.1:1/v1?key=a',
        'file:///etc/passwd',
      ])
        await expect(client.llm.setProvider({ ...same, base_url: address }), address).rejects.toMatchObject({
          code: 'invalid_input',
        });
      const cloud = await client.llm.test({
        ...{ base_url: 'http://169.254.169.254/v1', model: 'm', api_key: null },
      });
      expect(cloud).toMatchObject({ ok: false, message: expect.stringMatching(/never called/) as string });
    },
  );

  test(
    verifies('llm.settings-key', 'no dump, no log, no event and no answer holds the planted key'),
    async () => {
      const client = clientOf(stack);
      const wrong = await startLlmStandIn({ apiKey: 'another' });
      const { api_key: key, ...place } = chosen();
      await client.llm.setProvider({ ...place, base_url: wrong.baseUrl, api_key: key });
      expect(await client.llm.test()).toMatchObject({ ok: false, reachable: true });
      expect(await create('Never Made')).toMatchObject({ status: 'failed' });
      await wrong.stop();
      await client.llm.setProvider(chosen());

      const dump = await dumpOf(stack.databaseUrl);
      expect(dump).toContain('v2.');
      const logs = path.join(stack.stateDir, 'logs');
      const files = await Promise.all(
        (await readdir(logs)).map((name) => readFile(path.join(logs, name), 'utf8')),
      );
      const { jobs } = await client.jobs.list().then(async ({ items }) => ({
        jobs: await Promise.all(items.map(({ id }) => client.jobs.get(id))),
      }));
      const transcripts = await Promise.all(
        jobs.map(({ id }) => client.llm.transcript(id).catch(() => null)),
      );
      expect(told.some((text) => text.includes('llm.changed'))).toBe(true);
      const places = { dump, logs: files.join('\n'), told: told.join('\n'), jobs, transcripts };
      for (const [where, what] of Object.entries(places))
        expect(JSON.stringify(what).includes(plantedKey), where).toBe(false);
      expect(files.join('').length).toBeGreaterThan(1000);
    },
  );

  test(
    verifies(
      'llm.settings-tools',
      'an MCP server of Settings is connected live, its tools switched, and goes again',
    ),
    async () => {
      const client = clientOf(stack);
      const own = (await client.llm.servers()).servers.find(({ name }) => name === 'danbooru');
      expect(own).toMatchObject({ origin: 'built_in' });
      // The project's own tag server once more, under another name: it is an MCP server like any other.
      const view = await client.llm.setServers({ servers: [{ name: 'again', url: own?.address ?? '' }] });
      expect(view.servers.map(({ name }) => name)).toContain('again');
      const again = async () => (await client.llm.servers()).servers.find(({ name }) => name === 'again');
      await eventually(async () => expect((await again())?.state).toBe('connected'), { timeoutMs: 20_000 });
      await client.llm.setServers({
        servers: [{ name: 'again', url: own?.address ?? '' }],
        allow: [{ server: 'again', tool: 'search_tags', allowed: false }],
      });
      await eventually(async () => {
        const tool = (await again())?.tools.find(({ name }) => name === 'search_tags');
        expect(tool).toMatchObject({ allowed: false, reason: 'It was switched off in Settings.' });
      });
      await client.llm.reconnect('again');
      await eventually(async () => expect((await again())?.state).toBe('connected'), { timeoutMs: 20_000 });
      const command = { name: 'shell', command: '/bin/sh' } as unknown as { name: string; url: string };
      await expect(client.llm.setServers({ servers: [command] })).rejects.toMatchObject({
        code: 'invalid_input',
      });
      await client.llm.setServers({ servers: [] });
      await eventually(async () => expect(await again()).toBeUndefined());
    },
  );

  test('forgetting takes the key along', async () => {
    const client = clientOf(stack);
    expect(await client.llm.forgetProvider()).toMatchObject({ origin: 'none', has_key: false });
    expect(await client.llm.test()).toMatchObject({ ok: false });
  });
});
