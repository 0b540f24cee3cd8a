import { startLlmStandIn } from '@gaze/llm-stand-in';
import type { LlmStandIn, ScriptedReply } from '@gaze/llm-stand-in';
import { verifies } from '@gaze/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildChat } from '../../src/llm/chat.ts';
import type { Chat, Provider } from '../../src/llm/chat.ts';
import { LlmFailure } from '../../src/llm/failure.ts';
import { guardedFetch } from '@gaze/runtime';
import { jsonServer, sendJson } from '../json-server.ts';

let standIn: LlmStandIn;
beforeAll(async () => {
  standIn = await startLlmStandIn({ apiKey: 'sk-right' });
});
beforeEach(() => {
  standIn.script.clear();
  standIn.log.clear();
});
afterAll(() => standIn.stop());

function chatWith(more: Partial<Provider> = {}): Chat {
  const provider = { baseUrl: standIn.baseUrl, model: 'stand-in', apiKey: 'sk-right', ...more };
  return buildChat(provider, { fetch: guardedFetch({ maxBytes: 1_000_000 }), retryBaseMs: 1 });
}

const tool = {
  name: 'search_tags',
  description: 'x',
  parameters: { type: 'object', properties: { query: { type: 'string' } } },
};
function ask(chat: Chat, more: Partial<Parameters<Chat['ask']>[0]> = {}) {
  const retries: { reason: string; wait_seconds: number }[] = [];
  const answer = chat.ask({
    messages: [{ role: 'user', content: 'hello' }],
    tools: [],
    mustAnswer: false,
    maxTokens: 100,
    seconds: 20,
    signal: new AbortController().signal,
    onRetry: (retry) => retries.push(retry),
    ...more,
  });
  return { answer, retries };
}
async function failureOf(answer: Promise<unknown>): Promise<LlmFailure> {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof LlmFailure) return error;
  throw new Error(`expected a failure, got ${String(error)}`);
}

describe('an answer', () => {
  test('comes with its text and tokens', async () => {
    standIn.script.push({ kind: 'text', text: 'hi' });
    const answer = await ask(chatWith()).answer;
    expect(answer).toMatchObject({ text: 'hi', refusal: null, toolCalls: [], isCutShort: false });
    expect(answer.tokens.prompt).toBeGreaterThan(0);
  });

  test('comes as tool calls, and the next request carries what they gave', async () => {
    standIn.script.push(
      { kind: 'tool_calls', calls: [{ name: 'search_tags', arguments: { query: 'a' } }] },
      { kind: 'text', text: 'done' },
    );
    const chat = chatWith();
    const { toolCalls } = await ask(chat, { tools: [tool] }).answer;
    expect(toolCalls).toMatchObject([{ name: 'search_tags', arguments: '{"query":"a"}' }]);
    const messages = [
      { role: 'user' as const, content: 'x' },
      { role: 'assistant' as const, content: '', toolCalls },
      { role: 'tool' as const, content: 'found', toolCallId: toolCalls[0]?.id ?? '' },
    ];
    expect((await ask(chat, { messages, tools: [tool] }).answer).text).toBe('done');
  });

  test('may be a refusal, or cut short', async () => {
    standIn.script.push({ kind: 'refusal', text: 'No.' }, { kind: 'cut_short', text: '{"a' });
    expect((await ask(chatWith()).answer).refusal).toBe('No.');
    expect(await ask(chatWith()).answer).toMatchObject({ text: '{"a', isCutShort: true });
  });
});

describe(verifies('llm.providers', 'what passes is tried again'), () => {
  test.each<[string, ScriptedReply]>([
    ['429', { kind: 'status', status: 429, retryAfterSeconds: 0 }],
    ['500', { kind: 'status', status: 500 }],
    ['503', { kind: 'status', status: 503 }],
    ['a connection that ends', { kind: 'disconnect' }],
    ['an answer that is none', { kind: 'garbage' }],
  ])('%s', async (_name, reply) => {
    standIn.script.push(reply, reply, { kind: 'text', text: 'at last' });
    const { answer, retries } = ask(chatWith());
    expect((await answer).text).toBe('at last');
    expect(retries).toHaveLength(2);
  });

  test('as long as Retry-After says', async () => {
    standIn.script.push({ kind: 'status', status: 429, retryAfterSeconds: 1 }, { kind: 'text', text: 'x' });
    const { answer, retries } = ask(chatWith());
    await answer;
    expect(retries).toEqual([{ reason: 'The provider asks to wait (429).', wait_seconds: 1 }]);
  });

  test('but not for minutes: then the queue waits', async () => {
    standIn.script.push({ kind: 'status', status: 429, retryAfterSeconds: 120 });
    const failure = await failureOf(ask(chatWith()).answer);
    expect(failure).toMatchObject({ class: 'provider', retryAfterSeconds: 120 });
    expect(standIn.log.entries()).toHaveLength(1);
  });

  test('and not for ever', async () => {
    standIn.script.push(...Array.from({ length: 9 }, () => ({ kind: 'status' as const, status: 500 })));
    expect(await failureOf(ask(chatWith()).answer)).toMatchObject({ class: 'provider' });
    expect(standIn.script.length()).toBe(5);
  });

  test('until it is stopped', async () => {
    standIn.script.push({ kind: 'hang' });
    const stop = new AbortController();
    const { answer } = ask(chatWith(), { signal: stop.signal });
    stop.abort(new Error('stopped by hand'));
    await expect(answer).rejects.toThrow('stopped by hand');
  });
});

describe('what stays is not tried again', () => {
  test('a refused key, and it is not told', async () => {
    const failure = await failureOf(ask(chatWith({ apiKey: 'sk-wrong' })).answer);
    expect(failure).toMatchObject({ class: 'permanent', code: 'llm_failed' });
    expect(failure.message).toMatch(/refused the key \(401\)/);
    expect(failure.message).not.toContain('sk-');
    expect(standIn.log.entries()).toHaveLength(1);
  });

  test.each([
    [403, /refused the key/],
    [402, /no credit/],
    [400, /refused the request \(400/],
  ])('%i', async (status, message) => {
    standIn.script.push({ kind: 'status', status });
    const failure = await failureOf(ask(chatWith()).answer);
    expect([failure.class, failure.message]).toEqual(['permanent', expect.stringMatching(message)]);
    expect(standIn.log.entries()).toHaveLength(1);
  });

  test('a model that is not there', async () => {
    expect((await failureOf(ask(chatWith({ model: 'other' })).answer)).message).toMatch(
      /no such model.*404, model_not_found/,
    );
  });

  test('the provider’s own words are not passed on', async () => {
    standIn.script.push({ kind: 'status', status: 400, message: 'AWS_SECRET=abc' });
    expect((await failureOf(ask(chatWith()).answer)).message).not.toContain('abc');
  });
});

describe('a slow model', () => {
  test('is given up after the time of a call', async () => {
    await using server = await jsonServer(() => undefined);
    const provider = { baseUrl: `${server.url}/v1`, model: 'm', apiKey: null };
    const chat = buildChat(provider, {
      fetch: guardedFetch({ maxBytes: 1000 }),
      retryBaseMs: 1,
    });
    const { answer, retries } = ask(chat, { seconds: 0.05 });
    expect(await failureOf(answer)).toMatchObject({
      class: 'provider',
      message: 'The model did not answer in time.',
    });
    expect(retries).toHaveLength(3);
  });
});

describe('a provider of its own kind', () => {
  const completion = (content: string) => ({
    choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
  });
  const at = (url: string) => chatWith({ baseUrl: `${url}/v1` });

  test('without tools is asked without them, and told of calls as text', async () => {
    await using server = await jsonServer((body, response) => {
      if ('tools' in body) sendJson(response, 400, { error: { message: 'llama2 does not support tools' } });
      else sendJson(response, 200, completion('ok'));
    });
    const chat = at(server.url);
    const messages = [
      { role: 'user' as const, content: 'x' },
      { role: 'assistant' as const, content: '', toolCalls: [{ id: 'c', name: 't', arguments: '{}' }] },
      { role: 'tool' as const, content: 'found', toolCallId: 'c' },
    ];
    expect((await ask(chat, { messages, tools: [tool] }).answer).text).toBe('ok');
    expect(chat.takesTools()).toBe(false);
    await ask(chat, { tools: [tool] }).answer;
    expect(server.bodies.map((body) => 'tools' in body)).toEqual([true, false, false]);
    expect(JSON.stringify(server.bodies[1])).not.toContain('tool_call');
    expect(JSON.stringify(server.bodies[1])).toContain('found');
  });

  test('with another name for the limit of tokens is asked by that name', async () => {
    await using server = await jsonServer((body, response) => {
      if ('max_tokens' in body) {
        const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
        sendJson(response, 400, { error: { message, param: 'max_tokens' } });
      } else sendJson(response, 200, completion('ok'));
    });
    const chat = at(server.url);
    await ask(chat).answer;
    await ask(chat).answer;
    expect(server.bodies).toHaveLength(3);
    expect(server.bodies[2]).toMatchObject({ max_completion_tokens: 100 });
  });

  test('that sends too much is cut off', async () => {
    await using server = await jsonServer((_body, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"choices":"${'x'.repeat(3_000_000)}"}`);
    });
    expect(await failureOf(ask(at(server.url)).answer)).toMatchObject({
      class: 'permanent',
      message: expect.stringMatching(/larger than/) as string,
    });
    expect(server.bodies).toHaveLength(1);
  });

  test(verifies('S4', 'that redirects is not followed'), async () => {
    await using target = await jsonServer((_body, response) => sendJson(response, 200, completion('secret')));
    await using server = await jsonServer((_body, response) =>
      response.writeHead(307, { location: `${target.url}/v1/chat/completions` }).end(),
    );
    expect((await failureOf(ask(at(server.url)).answer)).class).toBe('permanent');
    expect(target.bodies).toHaveLength(0);
  });

  test(verifies('S4', 'on a metadata address is never called'), async () => {
    for (const host of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '0.0.0.0']) {
      const failure = await failureOf(ask(chatWith({ baseUrl: `http://${host}/v1` })).answer);
      expect([host, failure.message]).toEqual([host, expect.stringMatching(/never called/)]);
    }
  });
});

test('the models are listed', async () => {
  expect(await chatWith().models(new AbortController().signal)).toEqual(['stand-in']);
});
