import type { FieldChange } from '@gaze/domain';
import { sameJson, withChanges } from '@gaze/domain';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
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
  const tree = parseTree(text);
  if (tree === undefined || path.length === 0) return text;
  const node = findNodeAtLocation(tree, path);
  if (value === undefined) return node === undefined ? text : withoutProperty(text, node);
  if (node !== undefined) return withValue(text, node, value, style);
  // The nearest part of the way that is there takes what is missing of it.
  let depth = path.length - 1;
  let nearest = tree;
  for (; depth > 0; depth--) {
    const found = findNodeAtLocation(tree, path.slice(0, depth));
    if (found === undefined) continue;
    nearest = found;
    break;
  }
  const [key = '', ...rest] = path.slice(depth);
  const inner = rest.reduceRight((made, name) => Object.fromEntries([[name, made]]), value);
  if (nearest.type !== 'object') return withValue(text, nearest, Object.fromEntries([[key, inner]]), style);
  return withProperty(text, nearest, key, inner, style);
}

function withValue(text: string, node: Node, value: unknown, style: Style): string {
  const before = text.slice(node.offset, node.offset + node.length);
  return splice(
    text,
    node.offset,
    node.length,
    valueText(value, before, depthOf(text, node.offset, style), style),
  );
}

/** A new key comes last, laid out as the keys before it. */
function withProperty(text: string, object: Node, key: string, value: unknown, style: Style): string {
  const last = object.children?.at(-1);
  const first = object.children?.[0];
  if (last === undefined || first === undefined) {
    const made = Object.fromEntries([[key, value]]);
    return splice(
      text,
      object.offset,
      object.length,
      valueText(made, '', depthOf(text, object.offset, style), style),
    );
  }
  const lead = text.slice(object.offset + 1, first.offset);
  const end = last.offset + last.length;
  const sameLine = text.slice(object.offset, end);
  if (!/[\r\n]/.test(lead)) {
    const [comma, colon] = [
      /,\s/.test(sameLine) || !/,/.test(sameLine) ? ', ' : ',',
      /:\s/.test(sameLine) ? ': ' : ':',
    ];
    return splice(
      text,
      end,
      0,
      `${comma}${JSON.stringify(key)}${colon}${onOneLine(value, false, comma !== ',')}`,
    );
  }
  const indent = depthOf(text, last.offset, style);
  const body = JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.eol}${indent}`);
  return splice(text, end, 0, `,${style.eol}${indent}${JSON.stringify(key)}: ${body}`);
}

/** A key that goes takes its comma and its line along. */
function withoutProperty(text: string, value: Node): string {
  const property = value.parent;
  const object = property?.parent;
  const siblings = object?.children ?? [];
  const index = property === undefined ? -1 : siblings.indexOf(property);
  if (property === undefined || object === undefined || index < 0) return text;
  const [previous, next] = [siblings[index - 1], siblings[index + 1]];
  const end = property.offset + property.length;
  if (previous !== undefined) return cut(text, previous.offset + previous.length, end);
  if (next !== undefined) return cut(text, property.offset, next.offset);
  return splice(text, object.offset, object.length, '{}');
}

const cut = (text: string, from: number, to: number): string => text.slice(0, from) + text.slice(to);

/** A value as it stands in place of another: on one line where the old one did, else laid out as the file is. */
function valueText(value: unknown, before: string, outer: string, style: Style): string {
  const compact = /^[[{]/.test(before) && !/[\r\n]/.test(before) && before.length > 2;
  if (style.oneLine || compact)
    return onOneLine(value, /^[[{]\s/.test(before), /[,:]\s/.test(before) || !compact);
  return JSON.stringify(value, null, style.indent).replaceAll('\n', `${style.eol}${outer}`);
}

function onOneLine(value: unknown, padded: boolean, spaced: boolean): string {
  const [comma, colon, pad] = [spaced ? ', ' : ',', spaced ? ': ' : ':', padded ? ' ' : ''];
  const write = (inner: unknown): string => {
    if (typeof inner !== 'object' || inner === null) return JSON.stringify(inner);
    if (Array.isArray(inner)) return wrap('[', inner.map(write), ']');
    const entries = Object.entries(inner).map(
      ([key, entry]) => `${JSON.stringify(key)}${colon}${write(entry)}`,
    );
    return wrap('{', entries, '}');
  };
  const wrap = (open: string, items: string[], close: string): string =>
    items.length === 0 ? open + close : `${open}${pad}${items.join(comma)}${pad}${close}`;
  return write(value);
}

/** The white space before the line on which a value stands: how deep its further lines begin. */
function depthOf(text: string, offset: number, { oneLine }: Style): string {
  if (oneLine) return '';
  const line = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
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
