import { randomBytes } from 'node:crypto';
import type { Reply } from '../reply/reply.ts';
import type { ChatRequest } from '../request/chat-request.ts';

export interface Turn {
  id: string;
  created: number;
  model: string;
  message: {
    role: 'assistant';
    content: string | null;
    refusal: string | null;
    tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  };
  finishReason: 'stop' | 'length' | 'tool_calls';
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

const newId = (prefix: string): string => `${prefix}${randomBytes(12).toString('hex')}`;
/** Nobody counts on exact figures; four letters a token is the usual rule of thumb. */
const tokens = (text: string): number => Math.ceil(text.length / 4);

/** A reply with its ids, times and counts. */
export function turnOf(request: ChatRequest, reply: Reply): Turn {
  const spent = tokens(JSON.stringify(request.messages));
  const made = tokens(reply.kind === 'tool_calls' ? JSON.stringify(reply.calls) : reply.text);
  return {
    id: newId('chatcmpl-'),
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    message: {
      role: 'assistant',
      content: reply.kind === 'text' ? reply.text : null,
      refusal: reply.kind === 'refusal' ? reply.text : null,
      ...(reply.kind === 'tool_calls'
        ? {
            tool_calls: reply.calls.map((one) => ({
              id: newId('call_'),
              type: 'function' as const,
              function: one,
            })),
          }
        : {}),
    },
    finishReason: reply.kind === 'tool_calls' ? 'tool_calls' : reply.kind === 'text' ? reply.finish : 'stop',
    usage: { prompt_tokens: spent, completion_tokens: made, total_tokens: spent + made },
  };
}

/** The body of an answer that is not streamed. */
export function completionBody(turn: Turn): object {
  const { id, created, model, message, finishReason, usage } = turn;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage,
    system_fingerprint: 'stand-in',
  };
}
