import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import type { z } from 'zod';

/** A larger file is no entity; reading it would only stop everybody else. */
const maxBytes = 2 * 1024 * 1024;
/** Deeper nesting is a hostile or broken file: parsers of it run out of stack. */
const maxDepth = 100;

/** What tells a changed file from an unchanged one without reading it. Times in milliseconds, compared with nothing but themselves. */
export interface FileStamp {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: string;
}

export interface FileFault {
  kind: 'syntax' | 'schema' | 'unreadable' | 'collision' | 'too_large';
  /** A sentence for a person. */
  message: string;
  line: number | null;
  column: number | null;
  pointer: string | null;
}

export type FileReading =
  | { ok: true; stamp: FileStamp; hash: string; text: string; data: EntityData }
  | { ok: false; stamp: FileStamp | null; fault: FileFault };

export async function stampOf(file: string): Promise<FileStamp> {
  const info = await stat(file, { bigint: true });
  return {
    size: Number(info.size),
    mtimeMs: Number(info.mtimeNs) / 1e6,
    ctimeMs: Number(info.ctimeNs) / 1e6,
    inode: info.ino.toString(),
  };
}

/** Reads one entity file. Never throws for what the file holds: faults come back with their place. */
export async function readEntityFile(file: string, declaration: CategoryDeclaration): Promise<FileReading> {
  let stamp: FileStamp | null = null;
  try {
    stamp = await stampOf(file);
    if (stamp.size > maxBytes) {
      return { ok: false, stamp, fault: plain('too_large', `The file has ${stamp.size} bytes; an entry has at most ${maxBytes}.`) };
    }
    return parseEntity(await readFile(file), stamp, declaration);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    const message = code === 'EACCES' ? 'GAZE may not read this file; check its permissions.' : `The file cannot be read (${code}).`;
    return { ok: false, stamp, fault: plain('unreadable', message) };
  }
}

/** The pure half: bytes in, entity data or fault out. */
export function parseEntity(bytes: Buffer, stamp: FileStamp, declaration: CategoryDeclaration): FileReading {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.includes('\0')) return { ok: false, stamp, fault: at('syntax', 'The file holds a NUL character; it was probably only half written.', text, text.indexOf('\0')) };
  const deep = depthExceeded(text);
  if (deep !== null) return { ok: false, stamp, fault: at('syntax', `The file is nested more than ${maxDepth} levels deep.`, text, deep) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, stamp, fault: syntaxFault(text) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, stamp, fault: at('schema', 'The file must hold one JSON object.', text, 0, '') };
  }
  const checked = declaration.schema.safeParse(value);
  if (!checked.success) return { ok: false, stamp, fault: schemaFault(text, checked.error) };
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { ok: true, stamp, hash, text, data: value as EntityData };
}

function syntaxFault(text: string): FileFault {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first === undefined) return plain('syntax', 'The file is not valid JSON.');
  return at('syntax', `The file is not valid JSON: ${sayError(printParseErrorCode(first.error))}`, text, first.offset);
}

const parseErrors: Record<string, string> = {
  InvalidSymbol: 'there is a word or character that does not belong here.',
  InvalidNumberFormat: 'a number is written wrongly.',
  PropertyNameExpected: 'a key in double quotes is expected here, perhaps after a comma too many.',
  ValueExpected: 'a value is expected here, perhaps after a comma too many.',
  ColonExpected: 'a colon is expected here.',
  CommaExpected: 'a comma is expected here.',
  CloseBraceExpected: 'a closing brace } is missing.',
  CloseBracketExpected: 'a closing bracket ] is missing.',
  EndOfFileExpected: 'there is something after the end of the object.',
  InvalidCommentToken: 'comments are not allowed in JSON.',
  UnexpectedEndOfString: 'a text is not closed by a double quote.',
  UnexpectedEndOfNumber: 'a number is cut off.',
  InvalidUnicode: 'a \\u escape is not valid.',
  InvalidEscapeCharacter: 'a backslash escape is not valid.',
  InvalidCharacter: 'a control character stands in a text.',
};

const sayError = (code: string): string => parseErrors[code] ?? `${code}.`;

function schemaFault(text: string, error: z.ZodError): FileFault {
  const issue = deepest(error);
  const tree = parseTree(text);
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, issue.path);
  const pointer = issue.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const where = issue.path.length === 0 ? 'The file' : `«${issue.path.join('.')}»`;
  return at('schema', `${where} ${issue.message}.`, text, node?.offset ?? 0, pointer);
}

interface Issue {
  path: (string | number)[];
  message: string;
}

/** Of the alternatives of a union the one that came furthest says best what is wrong. */
function deepest(error: z.ZodError): Issue {
  const found: Issue[] = error.issues.map((issue) => ({
    path: issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
    message: issue.message.replace(/\.$/, ''),
  }));
  found.sort((a, b) => b.path.length - a.path.length);
  return found[0] ?? { path: [], message: 'does not have the expected shape' };
}

/** Offset of the first bracket that goes too deep; null for a sane file. Brackets inside texts do not count. */
function depthExceeded(text: string): number | null {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inText) {
      if (char === '\\') i++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{' || char === '[') {
      if (++depth > maxDepth) return i;
    } else if (char === '}' || char === ']') depth--;
  }
  return null;
}

function plain(kind: FileFault['kind'], message: string): FileFault {
  return { kind, message, line: null, column: null, pointer: null };
}

function at(kind: FileFault['kind'], message: string, text: string, offset: number, pointer: string | null = null): FileFault {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { kind, message, line, column: offset - before.lastIndexOf('\n'), pointer };
}
