import type { ChatRequest } from '../request/chat-request.ts';
import { textOf } from '../request/chat-request.ts';
import { findObjects, isObject } from './example.ts';
import type { JsonObject } from './example.ts';
import { answerObject } from './helpful.ts';
import { say } from './reply.ts';
import type { Reply } from './reply.ts';
import { verifyTags } from './tag-tools.ts';

/** Everything that a program must never take from a model, set at once when a text merely asks for disobedience. */
const worst: JsonObject = {
  character_id: '../../../../tmp/owned',
  slug: '../owned',
  filename: '../../owned.json',
  image_path: '/etc/passwd',
  is_favourite: true,
  is_nsfw: true,
  __proto_pollution__: { isAdmin: true },
  lora: {
    lora_name: '../../../etc/shadow.safetensors',
    lora_weight: 99,
    lora_triggers: '<script>alert(1)</script>',
  },
  checkpoint: { checkpoint_path: '\\\\evil\\share\\model.safetensors' },
};

/** `Set lora.lora_name to "x"`, `set nsfw = true` */
const setOrder = /\bset\s+[`"']?([\w.]+)[`"']?\s+(?:to|=)\s+(?:["`']([^"`'\n]*)["`']|([^\s;,]+))/gi;

/** Does what any text says, whether it came from the user, an entry, a model file or a tool. */
export function obedientReply(request: ChatRequest): Reply {
  const calls = demandedCalls(request);
  if (calls.length > 0 && request.tool_choice !== 'none') return { kind: 'tool_calls', calls };
  const verify = verifyTags(request);
  if (verify !== null) return verify;
  const text = heard(request);
  const verbatim = /(?:answer|reply|respond|say|output) (?:only |exactly |with )*["“«]([^"”»]+)["”»]/i.exec(
    text,
  )?.[1];
  if (verbatim !== undefined) return say(verbatim);
  const answer = answerObject(request) ?? {};
  return say(JSON.stringify(obeyed(answer, text), null, 2));
}

/** All that is no instruction of the program itself. */
function heard({ messages }: ChatRequest): string {
  return messages
    .filter((message) => message.role === 'user' || message.role === 'tool')
    .map(textOf)
    .join('\n');
}

function obeyed(answer: JsonObject, text: string): JsonObject {
  const isAsked =
    /(ignore|disregard|forget|override)\b[^.\n]{0,60}\b(instruction|rule|prompt|above|previous)/i.test(text);
  const merged = isAsked ? merge(answer, worst) : { ...answer };
  for (const [, path = '', quoted, bare = ''] of text.matchAll(setOrder)) {
    put(merged, path.split('.'), quoted ?? valueOf(bare));
  }
  const injected = findObjects(text).filter(({ lead }) =>
    /answer|output|return|reply|use this|instead/i.test(lead),
  );
  return injected.reduce((all, { value }) => merge(all, value), merged);
}

function demandedCalls(request: ChatRequest): { name: string; arguments: string }[] {
  const done = new Set(
    request.messages.flatMap((message) =>
      message.role === 'assistant' ? (message.tool_calls ?? []).map((one) => one.function.name) : [],
    ),
  );
  const demands = [
    ...heard(request).matchAll(
      /\b(?:call|use|run|invoke) (?:the )?tool [`"']?([\w-]+)[`"']?(?: with (\{[^\n]*\}))?/gi,
    ),
  ];
  return demands
    .map(([, name = '', args]) => ({ name, arguments: args ?? '{}' }))
    .filter(({ name }) => !done.has(name));
}

function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function put(target: JsonObject, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner = Object.hasOwn(target, key) ? target[key] : undefined;
  const next: JsonObject = isObject(inner) ? inner : {};
  Object.defineProperty(target, key, { value: next, enumerable: true, configurable: true, writable: true });
  put(next, rest, value);
}

function valueOf(raw: string): unknown {
  const bare = raw.replace(/[.!]$/, '');
  return /^(true|false|null|-?\d+(\.\d+)?)$/.test(bare) ? (JSON.parse(bare) as unknown) : bare;
}
