import type { FieldChange } from '@gaze/domain';
import { sameJson, withChanges } from '@gaze/domain';
import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';

interface Style {
  indent: string;
  eol: string;
  /** The whole file stands on one line. */
  oneLine: boolean;
}

/**
 * Changes fields of a JSON text and nothing else in it: order of keys, indentation, spacing, line ends, unknown keys
 * and how numbers are written stay. A text whose meaning would differ from the changed data (one with a key twice,
 * say) is written anew in its own style.
 * @param text valid JSON of an object, without a byte order mark
 */
export function changeText(text: string, changes: readonly FieldChange[]): string {
  const style = styleOf(text);
  const wanted = withChanges(JSON.parse(text) as Record<string, unknown>, changes);
  let changed = text;
  for (const change of changes) changed = changeField(changed, change, style);
  return meansTheSame(changed, wanted) ? changed : rewritten(text, wanted, style);
}

/** A new file's text, as GAZE writes it. */
export function newText(data: object): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

/** Gives a key of an object another name; its place and its value stay. Nothing where it is not there. */
export function renameKey(text: string, path: readonly string[], name: string): string {
  const value = nodeAt(text, path);
  const key = value?.parent?.children?.[0];
  if (key === undefined) return text;
  return splice(text, key.offset, key.length, JSON.stringify(name));
}

function changeField(text: string, { path, value }: FieldChange, style: Style): string {
  const node = value === undefined ? undefined : nodeAt(text, path);
  if (node === undefined) return applyEdits(text, modify(text, [...path], value, modifyOptions(style)));
  const before = text.slice(node.offset, node.offset + node.length);
  return splice(text, node.offset, node.length, valueText(value, before, depthOf(text, node, style), style));
}

/** `modify` lays new keys out as the rest of the file; in a file of one line they stay on it. */
function modifyOptions({ indent, eol, oneLine }: Style) {
  if (oneLine) return {};
  const insertSpaces = !indent.includes('\t');
  return { formattingOptions: { insertSpaces, tabSize: insertSpaces ? indent.length : 1, eol } };
}

/** A value as it stands in place of another: on one line where the old one did, else laid out as the file is. */
function valueText(value: unknown, before: string, outer: string, style: Style): string {
  const compact = /^[[{]/.test(before) && !/[\r\n]/.test(before) && before.length > 2;
  if (style.oneLine || compact) return onOneLine(value, /^[[{]\s/.test(before), /[,:]\s/.test(before) || !compact);
  return JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.eol}${outer}`);
}

function onOneLine(value: unknown, padded: boolean, spaced: boolean): string {
  const [comma, colon, pad] = [spaced ? ', ' : ',', spaced ? ': ' : ':', padded ? ' ' : ''];
  const write = (inner: unknown): string => {
    if (typeof inner !== 'object' || inner === null) return JSON.stringify(inner);
    if (Array.isArray(inner)) return wrap('[', inner.map(write), ']');
    const entries = Object.entries(inner).map(([key, entry]) => `${JSON.stringify(key)}${colon}${write(entry)}`);
    return wrap('{', entries, '}');
  };
  const wrap = (open: string, items: string[], close: string): string =>
    items.length === 0 ? open + close : `${open}${pad}${items.join(comma)}${pad}${close}`;
  return write(value);
}

/** The white space before the line on which a value stands: how deep its further lines begin. */
function depthOf(text: string, node: Node, { oneLine }: Style): string {
  if (oneLine) return '';
  const line = text.slice(0, node.offset).search(/[^\r\n]*$/);
  return /^[ \t]*/.exec(text.slice(line))?.[0] ?? '';
}

function styleOf(text: string): Style {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /\{[^\S\r\n]*\r?\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return { indent, eol, oneLine: !/[\r\n]/.test(text.trim()) && text.trim().length > 2 };
}

function nodeAt(text: string, path: readonly string[]): Node | undefined {
  const tree = parseTree(text);
  return tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
}

function meansTheSame(text: string, wanted: unknown): boolean {
  try {
    return sameJson(JSON.parse(text), wanted);
  } catch {
    return false;
  }
}

function rewritten(text: string, data: unknown, style: Style): string {
  const body = style.oneLine
    ? onOneLine(data, /^\s*\{\s/.test(text), /[,:]\s/.test(text))
    : JSON.stringify(data, null, style.indent).replaceAll('\n', style.eol);
  return `${body}${/\s*$/.exec(text)?.[0] ?? ''}`;
}

const splice = (text: string, at: number, length: number, content: string): string =>
  text.slice(0, at) + content + text.slice(at + length);
