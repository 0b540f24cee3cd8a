import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import type { FileFault, JsonPath } from './faults.ts';
import { faultAt, faultAtPath, schemaFault, syntaxFault } from './faults.ts';

/** Deeper nesting is a hostile or broken file: parsers of it run out of stack. */
const maxDepth = 100;

export type Parsed =
  { ok: true; hash: string; text: string; data: EntityData } | { ok: false; fault: FileFault };

/** Bytes of a file in, entity data or fault out. Pure; throws for nothing that a file can hold. */
export function parseEntity(bytes: Buffer, declaration: CategoryDeclaration): Parsed {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const fault = textFault(bytes, text);
  if (fault !== null) return { ok: false, fault };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, fault: syntaxFault(text) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      ok: false,
      fault: faultAt('schema', 'The file must hold one JSON object.', text, text.search(/\S/), ''),
    };
  }
  const strange = unstorableText(text, value);
  if (strange !== null) return { ok: false, fault: strange };
  const checked = declaration.schema.safeParse(value);
  if (!checked.success) return { ok: false, fault: schemaFault(text, checked.error) };
  return {
    ok: true,
    hash: createHash('sha256').update(bytes).digest('hex'),
    text,
    data: value as EntityData,
  };
}

/** What is wrong before JSON comes into it. */
function textFault(bytes: Buffer, text: string): FileFault | null {
  if (text.trim() === '')
    return faultAt('syntax', 'The file is empty; it was probably only half written.', text, 0);
  if (!isUtf8(bytes)) {
    return faultAt(
      'syntax',
      'The file is not UTF-8 text. Save it as UTF-8.',
      text,
      Math.max(text.indexOf('\uFFFD'), 0),
    );
  }
  const nul = text.indexOf('\0');
  if (nul >= 0)
    return faultAt('syntax', 'The file holds a NUL character; it was probably only half written.', text, nul);
  const deep = depthExceeded(text);
  return deep === null
    ? null
    : faultAt('syntax', `The file is nested more than ${maxDepth} levels deep.`, text, deep);
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

/** Escapes can smuggle in what no database keeps as text: NUL and halves of surrogate pairs. */
function unstorableText(text: string, value: object): FileFault | null {
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return null;
  const path = pathOfUnstorable(value, []);
  return path === null
    ? null
    : faultAtPath(
        'schema',
        `«${path.join('.').replaceAll('\0', '\\u0000')}» holds a character that cannot be stored (NUL or half a character).`,
        text,
        path,
      );
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

function pathOfUnstorable(value: unknown, path: JsonPath): JsonPath | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return path;
    const found = pathOfUnstorable(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}
