import { isObject } from './pointer.ts';

export type ReadAnswer =
  { kind: 'object'; value: Record<string, unknown> } | { kind: 'fault'; fault: string };

const longest = 200_000;
const deepest = 24;
const mostStarts = 200;

/**
 * The JSON object in what a model said: whole, in a code fence, or somewhere in chatter; with commas too many; behind a
 * text of thoughts. Of several the first that has one of the wanted keys, else the first.
 */
export function readAnswer(text: string, wanted: readonly string[]): ReadAnswer {
  if (text.length > longest) return fault(`The answer is longer than ${longest} characters.`);
  const said = withoutThoughts(text);
  const found = candidates(said).map(parse).filter(isObject);
  const value = found.find((one) => wanted.some((key) => Object.hasOwn(one, key))) ?? found[0];
  if (value === undefined) {
    return fault(
      said.includes('{')
        ? 'The answer holds no whole JSON object: it is cut off or not well-formed.'
        : 'The answer holds no JSON object.',
    );
  }
  return depthOf(value) > deepest ? fault('The JSON is nested too deeply.') : { kind: 'object', value };
}

const fault = (text: string): ReadAnswer => ({ kind: 'fault', fault: text });

function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>');
  return (end === -1 ? text : text.slice(end + '</think>'.length)).replace(/^\ufeff/, '');
}

function* startsOf(text: string): Generator<number> {
  let count = 0;
  for (let at = text.indexOf('{'); at !== -1 && count < mostStarts; at = text.indexOf('{', at + 1), count++)
    yield at;
}

/** Texts that may be the object, likeliest first; none lies inside of another that is balanced. */
function candidates(text: string): string[] {
  const found = [
    text.trim(),
    ...[...text.matchAll(/```(?:json)?\s*\n?([\s\S]*?)```/gi)].map(([, inner = '']) => inner),
  ];
  let behind = 0;
  for (const start of startsOf(text)) {
    if (start < behind) continue;
    const end = endOfObject(text, start);
    if (end === null) continue;
    found.push(text.slice(start, end));
    behind = end;
  }
  return found;
}

/** Behind the brace that closes the one at `start`; null where none does. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (inString) {
      if (sign === '\\') at++;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return at + 1;
  }
  return null;
}

function parse(text: string): unknown {
  for (const attempt of [text, withoutSpareCommas(text)]) {
    try {
      return JSON.parse(attempt) as unknown;
    } catch {
      // The next reading is looser.
    }
  }
  return undefined;
}

/** `{"a": 1,}`: strings are skipped. */
function withoutSpareCommas(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === ',' ? '' : match));
}

/** Without recursion: it is somebody else's nesting. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  for (let depth = 0; ; depth++) {
    if (level.length === 0 || depth > deepest) return depth;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? (Object.values(one) as unknown[]).filter((inner) => typeof inner === 'object')
        : [],
    );
  }
}
