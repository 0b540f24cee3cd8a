import type { ProblemFile } from '@gaze/contracts';
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import type { z } from 'zod';

/** Why a file cannot be taken over, and where in it. Lines and columns count from 1. */
export interface FileFault {
  kind: ProblemFile['kind'];
  /** A sentence for a person. */
  message: string;
  line: number | null;
  column: number | null;
  /** JSON pointer of the faulty value. */
  pointer: string | null;
}

export type JsonPath = (string | number)[];

/** A fault of the whole file. */
export function wholeFileFault(kind: FileFault['kind'], message: string): FileFault {
  return { kind, message, line: null, column: null, pointer: null };
}

/** A fault at an offset of the text. */
export function faultAt(
  kind: FileFault['kind'],
  message: string,
  text: string,
  offset: number,
  pointer: string | null = null,
): FileFault {
  const before = text.slice(0, offset);
  return {
    kind,
    message,
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
    pointer,
  };
}

/** A fault at a value of well-formed JSON. Where the value is not there, its nearest parent shows the place. */
export function faultAtPath(
  kind: FileFault['kind'],
  message: string,
  text: string,
  path: JsonPath,
): FileFault {
  const tree = parseTree(text);
  let offset = tree?.offset ?? 0;
  for (let length = path.length; length > 0 && tree !== undefined; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node === undefined) continue;
    offset = node.offset;
    break;
  }
  return faultAt(kind, message, text, offset, pointerOf(path));
}

function pointerOf(path: JsonPath): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Where JSON breaks, in the words of an editor. To be asked only for a text that `JSON.parse` refused. */
export function syntaxFault(text: string): FileFault {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first === undefined) return wholeFileFault('syntax', 'The file is not valid JSON.');
  const code = printParseErrorCode(first.error);
  return faultAt(
    'syntax',
    `The file is not valid JSON: ${parseErrors[code] ?? `${code}.`}`,
    text,
    first.offset,
  );
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
  UnexpectedEndOfComment: 'comments are not allowed in JSON.',
  UnexpectedEndOfString: 'a text is not closed by a double quote.',
  UnexpectedEndOfNumber: 'a number is cut off.',
  InvalidUnicode: 'a \\u escape is not valid.',
  InvalidEscapeCharacter: 'a backslash escape is not valid.',
  InvalidCharacter: 'a control character stands in a text.',
};

/** The first break of the category's schema, with its place. */
export function schemaFault(text: string, error: z.ZodError): FileFault {
  const issue = furthest(error.issues, []);
  const where = issue.path.length === 0 ? 'The file' : `«${issue.path.join('.')}»`;
  return faultAtPath('schema', `${where} ${issue.message}.`, text, issue.path);
}

interface Issue {
  path: JsonPath;
  message: string;
}

/** Of several breaks, and of the alternatives of a union, the one that came furthest into the file says best what is wrong. */
function furthest(issues: readonly z.core.$ZodIssue[], base: JsonPath): Issue {
  const found = issues.map((issue): Issue => {
    const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
    if (issue.code === 'invalid_union' && isOwnWording(issue.message)) {
      return (
        issue.errors.map((alternative) => furthest(alternative, path)).sort(byDepth)[0] ?? {
          path,
          message: say(issue.message),
        }
      );
    }
    return { path, message: say(issue.message) };
  });
  return found.sort(byDepth)[0] ?? { path: base, message: 'does not have the expected shape' };
}

const byDepth = (a: Issue, b: Issue): number => b.path.length - a.path.length;

/** Zod's own words name code and patterns: no sentence for the person who wrote the file. */
const isOwnWording = (message: string): boolean => message.startsWith('Invalid ');

function say(message: string): string {
  const expected = /^Invalid input: expected (\w+), received (\w+)$/.exec(message);
  if (expected !== null) return `must be of type ${expected[1] ?? ''}, not ${expected[2] ?? ''}`;
  return isOwnWording(message) ? 'does not have the expected shape' : message.replace(/\.$/, '');
}
