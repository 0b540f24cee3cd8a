import { sameJson, withChanges, type FieldChange } from '@gaze/domain';
import { nodeAt, parseJson, type JsonNode } from './json-text.ts';

/**
 * Changes fields of a JSON text and leaves the rest of it as it is written: order, indentation, unknown keys. Where
 * the text cannot be changed so (a key stands twice, say) it is written anew.
 * @param text valid JSON of an object
 */
export function changeText(text: string, changes: readonly FieldChange[]): string {
  let changed = text;
  for (const change of changes) changed = changeField(changed, change);
  const wanted = withChanges(JSON.parse(text) as Record<string, unknown>, changes);
  return sameJson(JSON.parse(changed), wanted)
    ? changed
    : `${JSON.stringify(wanted, null, indentOf(text))}\n`;
}

function changeField(text: string, { path, value }: FieldChange): string {
  const parsed = parseJson(text);
  const key = path.at(-1);
  if (!parsed.ok || key === undefined) return text;
  const node = nodeAt(parsed.root, path);
  if (value === undefined) return node === undefined ? text : without(text, parsed.root, path);
  if (node !== undefined)
    return splice(text, node.from, node.to, written(text, value, node.from, isOneLine(text, node)));
  let depth = path.length - 1;
  while (depth > 0 && nodeAt(parsed.root, path.slice(0, depth))?.members === undefined) depth--;
  const parent = nodeAt(parsed.root, path.slice(0, depth));
  const inner = path.slice(depth + 1).reduceRight<unknown>((made, name) => ({ [name]: made }), value);
  if (parent?.members === undefined) return text;
  const known = nodeAt(parsed.root, path.slice(0, depth + 1));
  if (known !== undefined) return splice(text, known.from, known.to, written(text, inner, known.from, false));
  return withMember(text, parent, path[depth] ?? key, inner);
}

/** A new key comes last, laid out as the keys before it. */
function withMember(text: string, parent: JsonNode, key: string, value: unknown): string {
  const last = parent.members?.at(-1);
  if (last === undefined) {
    const made = JSON.stringify({ [key]: value }, null, indentOf(text));
    return splice(text, parent.from, parent.to, deeper(made, lead(text, parent.from)));
  }
  const name = JSON.stringify(key);
  if (isOneLine(text, parent))
    return splice(text, last.node.to, last.node.to, `, ${name}: ${JSON.stringify(value)}`);
  const before = lead(text, last.from);
  const body = deeper(JSON.stringify(value, null, indentOf(text)), before);
  return splice(text, last.node.to, last.node.to, `,\n${before}${name}: ${body}`);
}

/** A key that goes takes its comma and its line along. */
function without(text: string, root: JsonNode, path: readonly string[]): string {
  const parent = nodeAt(root, path.slice(0, -1));
  const members = parent?.members ?? [];
  const index = members.findLastIndex((member) => member.key === path.at(-1));
  const member = members[index];
  if (parent === undefined || member === undefined) return text;
  const [previous, next] = [members[index - 1], members[index + 1]];
  if (previous !== undefined) return splice(text, previous.node.to, member.node.to, '');
  if (next !== undefined) return splice(text, member.from, next.from, '');
  return splice(text, parent.from, parent.to, '{}');
}

function written(text: string, value: unknown, at: number, oneLine: boolean): string {
  if (oneLine && Array.isArray(value)) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  return deeper(JSON.stringify(value, null, indentOf(text)), lead(text, at));
}

const isOneLine = (text: string, node: JsonNode): boolean =>
  node.to - node.from > 2 &&
  /^[[{]/.test(text.charAt(node.from)) &&
  !text.slice(node.from, node.to).includes('\n');

/** The white space before the line that a value stands on. */
const lead = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? '';

const deeper = (json: string, before: string): string => json.replaceAll('\n', `\n${before}`);

const indentOf = (text: string): string => /\{[^\S\n]*\n([ \t]+)"/.exec(text)?.[1] ?? '  ';

const splice = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);
