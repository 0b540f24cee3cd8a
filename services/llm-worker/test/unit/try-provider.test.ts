import { startLlmStandIn } from '@gaze/llm-stand-in';
import type { LlmStandIn } from '@gaze/llm-stand-in';
import { guardedFetch, seal } from '@gaze/runtime';
import { verifies } from '@gaze/testing';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildChat } from '../../src/llm/chat.ts';
import { buildProviders } from '../../src/llm/providers.ts';
import { tryProvider } from '../../src/work/try-provider.ts';

const key = randomBytes(32);
let standIn: LlmStandIn;
beforeAll(async () => {
  standIn = await startLlmStandIn({ apiKey: 'sk-right', models: ['stand-in', 'other'] });
});
beforeEach(() => standIn.script.clear());
afterAll(() => standIn.stop());

const providers = buildProviders({
  fixed: null,
  key: () => key,
  build: (provider) =>
    buildChat(provider, { fetch: guardedFetch({ maxBytes: 1_000_000 }), retryBaseMs: 60_000 }),
});
const attempt = (more: { base_url?: string; model?: string; key?: string } = {}) =>
  tryProvider(providers, {
    base_url: more.base_url ?? standIn.baseUrl,
    model: more.model ?? 'stand-in',
    sealed_key: seal(more.key ?? 'sk-right', key),
  });

describe(verifies('llm.settings-test', 'a try of the model'), () => {
  test('says what it found, step by step', async () => {
    standIn.script.push({
      kind: 'tool_calls',
      calls: [{ name: 'report_ready', arguments: { word: 'ready' } }],
    });
    expect(await attempt()).toMatchObject({
      ...{ ok: true, message: 'stand-in answers and calls tools.' },
      ...{ reachable: true, model_known: true, answers: true, tool_calls: true },
      models: ['stand-in', 'other'],
    });
    standIn.script.push({ kind: 'text', text: 'ready' });
    expect(await attempt()).toMatchObject({
      ...{ ok: true, tool_calls: null },
      message: 'stand-in answers. It was offered a tool and did not call it.',
    });
    standIn.script.push({ kind: 'text', text: ' ' });
    expect(await attempt()).toMatchObject({ ok: false, answers: false });
  });

  test('says why nothing came of it, by the kind of failure, and repeats nothing', async () => {
    const refused = await attempt({ key: 'sk-wrong' });
    expect(refused).toMatchObject({ ok: false, reachable: true, models: [] });
    expect(refused.message).toMatch(/refused the key \(401\)/);
    const unknown = await attempt({ model: 'nobody' });
    expect(unknown).toMatchObject({ ok: false, reachable: true, model_known: false });
    expect(unknown.message).toMatch(/no such model/);
    const before = standIn.log.entries().length;
    standIn.script.push({ kind: 'status', status: 429, retryAfterSeconds: 0 });
    const busy = await attempt();
    expect(busy.message).toMatch(/asks to wait/);
    expect(standIn.log.entries().length - before).toBeLessThanOrEqual(2);
    const nobody = await attempt({ base_url: 'http://127.0.0.1:9/v1' });
    expect(nobody).toMatchObject({ ok: false, reachable: false });
    expect(nobody.message).toMatch(/cannot be reached/);
    const cloud = await attempt({ base_url: 'http://169.254.169.254/v1' });
    expect(cloud.message).toMatch(/never called/);
    for (const found of [refused, unknown, busy, nobody, cloud])
      expect(JSON.stringify(found)).not.toMatch(/sk-(right|wrong)/);
  });

  test('without a model says so', async () => {
    expect(await tryProvider(providers, null)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/No language model is set up/) as string,
    });
  });
});
