import { readFileSync } from 'node:fs';
import type { LlmStandIn } from '../src/index.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export async function post(
  standIn: LlmStandIn,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${standIn.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export interface Completion {
  choices: {
    message: {
      role: string;
      content: string | null;
      refusal: string | null;
      tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
    };
    finish_reason: string;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}
type Choice = Completion['choices'][number];

/** The one choice of an accepted request. */
export async function choice(standIn: LlmStandIn, body: unknown): Promise<Choice> {
  const answer = await post(standIn, body);
  if (answer.status !== 200) throw new Error(answer.text);
  const [first] = (JSON.parse(answer.text) as Completion).choices;
  if (first === undefined) throw new Error('no choice');
  return first;
}

export async function jsonAnswer(standIn: LlmStandIn, body: unknown): Promise<Json> {
  return JSON.parse((await choice(standIn, body)).message.content ?? '') as Json;
}

/** A system prompt that GAZE ships. */
export const systemPrompt = (name: string): string =>
  readFileSync(new URL(`../../../prompts/${name}_system.txt`, import.meta.url), 'utf8');

export const chat = (system: string, user: string, more: Json = {}): Json => ({
  model: 'stand-in',
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ],
  ...more,
});

export const tagTools = [
  {
    type: 'function',
    function: {
      name: 'search_tags',
      parameters: { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'integer' } } },
    },
  },
  {
    type: 'function',
    function: {
      name: 'validate_tags',
      parameters: {
        type: 'object',
        properties: { tags: { type: 'array', items: { type: 'string' } } },
        required: ['tags'],
      },
    },
  },
];
