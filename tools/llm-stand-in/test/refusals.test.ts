import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLlmStandIn } from '../src/index.ts';
import type { LlmStandIn } from '../src/index.ts';
import { chat, post, tagTools } from './client.ts';

let standIn: LlmStandIn;
beforeAll(async () => {
  standIn = await startLlmStandIn();
});
afterAll(() => standIn.stop());

interface ApiErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}
const errorOf = (text: string): ApiErrorBody['error'] => (JSON.parse(text) as ApiErrorBody).error;
const user = { role: 'user', content: 'hello' };
const called = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
};

test('a key is needed where one is set, and it must be right', async () => {
  await using locked = await startLlmStandIn({ apiKey: 'sk-right' });
  const none = await post(locked, chat('', 'hi'));
  expect(none.status).toBe(401);
  const wrong = await post(locked, chat('', 'hi'), { authorization: 'Bearer sk-wrong' });
  expect([wrong.status, errorOf(wrong.text).code]).toEqual([401, 'invalid_api_key']);
  expect(wrong.text).not.toContain('sk-wrong');
  expect((await post(locked, chat('', 'hi'), { authorization: 'Bearer sk-right' })).status).toBe(200);
  expect((await fetch(`${locked.baseUrl}/models`)).status).toBe(401);
});

test('models are listed; an unknown one is 404', async () => {
  await using several = await startLlmStandIn({ models: ['a', 'vendor/b'] });
  const list = (await (await fetch(`${several.baseUrl}/models`)).json()) as { data: { id: string }[] };
  expect(list.data.map((model) => model.id)).toEqual(['a', 'vendor/b']);
  expect((await fetch(`${several.baseUrl}/models/vendor/b`)).status).toBe(200);
  expect((await fetch(`${several.baseUrl}/models/c`)).status).toBe(404);
  const answer = await post(several, { ...chat('', 'hi'), model: 'gpt-9' });
  expect(answer.status).toBe(404);
  expect(errorOf(answer.text)).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' });
});

test('an unknown address is 404 in the same shape', async () => {
  const response = await fetch(`${standIn.baseUrl}/completions`, { method: 'POST' });
  expect(response.status).toBe(404);
  expect(errorOf(await response.text()).message).toBe('Invalid URL (POST /v1/completions)');
});

describe('400', () => {
  test.each([
    ['no JSON', '{"model":', null],
    ['no model', { messages: [user] }, null],
    ['no messages', { model: 'stand-in' }, 'messages'],
    ['no message', { model: 'stand-in', messages: [] }, 'messages'],
    [
      'an unknown role',
      { model: 'stand-in', messages: [{ role: 'robot', content: 'x' }] },
      'messages.0.role',
    ],
    ['a message without content', { model: 'stand-in', messages: [{ role: 'user' }] }, 'messages.0.content'],
    [
      'an empty assistant turn',
      { model: 'stand-in', messages: [{ role: 'assistant' }] },
      'messages.[0].content',
    ],
    ['an unknown argument', { ...chat('', 'x'), temprature: 1 }, 'temprature'],
    ['a temperature out of range', { ...chat('', 'x'), temperature: 3 }, 'temperature'],
    ['no tools in the list', { ...chat('', 'x'), tools: [] }, 'tools'],
    [
      'a tool name with spaces',
      { ...chat('', 'x'), tools: [{ type: 'function', function: { name: 'a b' } }] },
      'tools.0.function.name',
    ],
    ['a choice without tools', { ...chat('', 'x'), tool_choice: 'auto' }, 'tool_choice'],
    [
      'a choice of no tool',
      { ...chat('', 'x'), tools: tagTools, tool_choice: { type: 'function', function: { name: 'gone' } } },
      'tool_choice',
    ],
    [
      'a tool answer to nothing',
      { model: 'stand-in', messages: [user, { role: 'tool', tool_call_id: 'c1', content: '' }] },
      'messages.[1].role',
    ],
    ['an unanswered call', { model: 'stand-in', messages: [user, called] }, 'messages'],
    ['a call answered too late', { model: 'stand-in', messages: [user, called, user] }, 'messages.[2].role'],
    [
      'json_object without the word',
      { ...chat('', 'x'), response_format: { type: 'json_object' } },
      'messages',
    ],
    [
      'stream options without a stream',
      { ...chat('', 'x'), stream_options: { include_usage: true } },
      'stream_options',
    ],
  ])('%s', async (_name, body, param) => {
    const answer = await post(standIn, body);
    expect(answer.status).toBe(400);
    expect(errorOf(answer.text)).toMatchObject({ type: 'invalid_request_error', param });
  });

  test('a complete tool exchange passes', async () => {
    const messages = [user, called, { role: 'tool', tool_call_id: 'c1', content: '{}' }];
    expect((await post(standIn, { model: 'stand-in', messages })).status).toBe(200);
  });
});
