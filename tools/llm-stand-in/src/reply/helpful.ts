import type { ChatRequest } from '../request/chat-request.ts';
import { textOf } from '../request/chat-request.ts';
import { exampleOfSchema, findExample, isObject } from './example.ts';
import type { JsonObject } from './example.ts';
import { fill, readSubject } from './fill.ts';
import { say } from './reply.ts';
import type { Reply } from './reply.ts';
import { unknownTags, verifyTags } from './tag-tools.ts';

/** Verifies tags once where it can, then answers with JSON in the shape that the request shows. */
export function helpfulReply(request: ChatRequest): Reply {
  return verifyTags(request) ?? finalAnswer(request);
}

function finalAnswer(request: ChatRequest): Reply {
  const answer = answerObject(request);
  if (answer !== null) return say(JSON.stringify(answer, null, 2));
  const user = request.messages.filter((message) => message.role === 'user').map(textOf);
  return say(`This is the stand-in for a language model. You said: ${(user.at(-1) ?? '').slice(0, 200)}`);
}

/** null where the request shows no shape to fill. */
export function answerObject(request: ChatRequest): JsonObject | null {
  const user = userText(request);
  const format = request.response_format;
  const example =
    format?.type === 'json_schema' && format.json_schema.schema !== undefined
      ? exampleOfSchema(format.json_schema.schema)
      : (findExample(systemText(request), user) ?? findExample(user, user));
  if (!isObject(example)) return null;
  const filled = fill(example, readSubject(user, unknownTags(request.messages)));
  return isObject(filled) ? filled : null;
}

const userText = ({ messages }: ChatRequest): string =>
  messages
    .filter((message) => message.role === 'user')
    .map(textOf)
    .join('\n');

const systemText = ({ messages }: ChatRequest): string =>
  messages
    .filter((message) => message.role === 'system' || message.role === 'developer')
    .map(textOf)
    .join('\n');
