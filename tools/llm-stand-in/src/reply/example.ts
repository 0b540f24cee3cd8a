// System prompts show the answer as JSON with explanations beside it. This finds such examples and reads them.

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One line of an annotated example: key, value or bracket, comma; what stands behind is explanation. */
const line =
  /^\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?(?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|\{(?:[^{}]|\{[^{}]*\})*\}|\[[^[\]]*\]|[{}[\]])?\s*,?/;

/** Every JSON object in a text that can be read, annotated or plain, in order, with the text right before it on its line. */
export function findObjects(text: string): { lead: string; value: JsonObject }[] {
  const found: { lead: string; value: JsonObject }[] = [];
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at)) {
    const block = balanced(text, at);
    const value = block === null ? undefined : parseLoosely(block);
    if (block === null || !isObject(value)) {
      at += 1;
      continue;
    }
    const lineStart = text.lastIndexOf('\n', at) + 1;
    found.push({ lead: text.slice(lineStart, at), value });
    at += block.length;
  }
  return found;
}

/** From an opening brace to the one that closes it; strings are skipped, explanations are not told apart. */
function balanced(text: string, start: number): string | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (inString) {
      if (sign === '\\') at += 1;
      else if (sign === '"' || sign === '\n') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '{') depth += 1;
    else if (sign === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(start, at + 1);
    }
  }
  return null;
}

function parseLoosely(block: string): unknown {
  const bare = block
    .split('\n')
    .map((one) => line.exec(one)?.[0] ?? '')
    .join('\n')
    .replace(/,(\s*[}\]])/g, '$1');
  for (const candidate of [block, bare]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      // the next reading is looser
    }
  }
  return undefined;
}

/**
 * The example that an answer should look like: of several (`- scenes: {…}`), the one whose names stand first in the
 * user's text; else the largest.
 */
export function findExample(system: string, user: string): JsonObject | null {
  const objects = findObjects(system).filter(({ value }) => Object.keys(value).length > 0);
  const named = objects
    .map(({ lead, value }) => ({ value, at: firstMention(lead, user) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const largest = [...objects].sort((a, b) => size(b.value) - size(a.value))[0];
  return named[0]?.value ?? largest?.value ?? null;
}

const size = (value: unknown): number => JSON.stringify(value).length;

/** Where the first of the names in `- characters and looks:` stands in a text; -1 = nowhere. */
function firstMention(lead: string, user: string): number {
  if (!/^\s*[-*]/.test(lead)) return -1;
  const words = lead.toLowerCase().match(/[a-z]{4,}/g) ?? [];
  const places = words.map((word) =>
    user.toLowerCase().search(new RegExp(`\\b${word.replace(/s$/, '')}s?\\b`)),
  );
  return places.filter((at) => at >= 0).sort((a, b) => a - b)[0] ?? -1;
}

/** An empty answer for a JSON Schema, for requests that give one instead of an example. */
export function exampleOfSchema(schema: unknown): unknown {
  if (!isObject(schema)) return '';
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('const' in schema) return schema.const;
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || isObject(schema.properties)) {
    const properties = isObject(schema.properties) ? schema.properties : {};
    return Object.fromEntries(
      Object.entries(properties).map(([key, inner]) => [key, exampleOfSchema(inner)]),
    );
  }
  if (type === 'array') return [exampleOfSchema(schema.items)];
  if (type === 'number' || type === 'integer') return typeof schema.minimum === 'number' ? schema.minimum : 0;
  if (type === 'boolean') return false;
  return type === 'null' ? null : '';
}
