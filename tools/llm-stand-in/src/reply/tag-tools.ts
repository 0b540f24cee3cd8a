import type { ChatMessage, ChatRequest, Tool } from '../request/chat-request.ts';
import { textOf } from '../request/chat-request.ts';
import { findObjects, isObject } from './example.ts';
import { call } from './reply.ts';
import type { Reply } from './reply.ts';

const stopWords =
  /^(the|and|with|for|from|this|that|name|description|json|category|answer|please|entry|write|create)$/;

/** Words of the request that look like tags. */
export function tagsIn(messages: readonly ChatMessage[]): string[] {
  const user = messages.filter((message) => message.role === 'user').map(textOf);
  const phrases = user
    .join('\n')
    .toLowerCase()
    .split(/[,\n.;:"{}[\]]+/)
    .map((phrase) => withoutCount(phrase.trim()).replaceAll(' ', '_'))
    .filter((phrase) => /^[a-z0-9][a-z0-9_()\-']{2,40}$/.test(phrase) && !stopWords.test(phrase));
  const found = [...new Set(phrases)].slice(0, 40);
  return found.length === 0 ? ['1girl', 'solo'] : found;
}

/** «long coat (40)»: what a training file says, with how often it said so. */
export const withoutCount = (phrase: string): string => phrase.replace(/\s*\(\d+\)$/, '');

/** What the tag tool did not know, with spaces: a model that listens leaves it out. */
export function unknownTags(messages: readonly ChatMessage[]): ReadonlySet<string> {
  const answers = messages
    .filter((message) => message.role === 'tool')
    .flatMap((message) => verdicts(message));
  return new Set(answers.map((tag) => tag.replaceAll('_', ' ')));
}

function verdicts(message: ChatMessage): string[] {
  return findObjects(textOf(message)).flatMap(({ value }) => {
    if (!Array.isArray(value.results)) return [];
    return (value.results as unknown[]).flatMap((one) =>
      isObject(one) && one.status === 'unknown' && typeof one.tag === 'string' ? [one.tag] : [],
    );
  });
}

/** The call that verifies tags or that was asked for, once; null where no such tool is offered or it has been called. */
export function verifyTags(request: ChatRequest): Reply | null {
  const { tools = [], messages, tool_choice: choice } = request;
  if (choice === 'none' || messages.some((message) => message.role === 'tool')) return null;
  const wanted =
    typeof choice === 'object'
      ? [choice.function.name]
      : [...askedFor(messages), 'validate_tags', 'search_tags'];
  const forced = choice === 'required' ? tools[0] : undefined;
  const tool = wanted.map((name) => tools.find((one) => one.function.name === name)).find(Boolean) ?? forced;
  return tool === undefined ? null : call(tool.function.name, argumentsFor(tool, tagsIn(messages)));
}

/** Tools that the user asks for by name: «Call the tool report_ready». */
function askedFor(messages: readonly ChatMessage[]): string[] {
  const user = messages.filter((message) => message.role === 'user').map(textOf);
  return [...user.join('\n').matchAll(/\bcall the tool (\w+)/gi)].flatMap(([, name]) => name ?? []);
}

/** Arguments that fit the tool's own declaration: its required inputs, else its first one. */
export function argumentsFor(tool: Tool, tags: readonly string[]): Record<string, unknown> {
  const { parameters = {} } = tool.function;
  const properties = isObject(parameters.properties) ? parameters.properties : {};
  const required = Array.isArray(parameters.required) ? (parameters.required as string[]) : [];
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, argumentOf(properties[name], tags)]));
}

function argumentOf(schema: unknown, tags: readonly string[]): unknown {
  const type = isObject(schema) ? schema.type : 'string';
  if (type === 'array') return [...tags];
  if (type === 'number' || type === 'integer') return 10;
  return type === 'boolean' ? true : (tags[0] ?? '1girl');
}
