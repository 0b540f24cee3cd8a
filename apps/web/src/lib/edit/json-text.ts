export type JsonPath = readonly (string | number)[];

/** A value of a JSON text: what it says, and where. */
export interface JsonNode {
  value: unknown;
  from: number;
  to: number;
  /** Of an object, in the order of the text. A key that stands twice is there twice. */
  members?: { key: string; from: number; node: JsonNode }[];
  items?: JsonNode[];
}

export interface JsonFault {
  message: string;
  offset: number;
}

export type ParsedJson = { ok: true; root: JsonNode } | { ok: false; fault: JsonFault };

/** Nesting beyond this is refused by GAZE anyway. */
const deepest = 100;

class Broken extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Parses JSON as `JSON.parse` does, and keeps the place of every value; a fault has its place, too. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, root: new Reader(text).whole() };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { ok: false, fault: { message: error.message, offset: error.offset } };
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonNode {
    this.#space();
    if (this.#at >= this.#text.length) throw this.#broken('The text is empty.');
    const root = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#broken('There is something after the end of the object.');
    return root;
  }

  #value(depth: number): JsonNode {
    if (depth > deepest) throw this.#broken(`The text is nested more than ${deepest} levels deep.`);
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#list(depth);
    const from = this.#at;
    const value = char === '"' ? this.#string() : this.#word();
    return { value, from, to: this.#at };
  }

  #object(depth: number): JsonNode {
    const from = this.#at++;
    const members: NonNullable<JsonNode['members']> = [];
    while (this.#goesOn('}', members.length === 0)) {
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') throw this.#broken('A key in double quotes is expected here.');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#broken('A colon is expected here.');
      this.#at++;
      this.#space();
      members.push({ key, from: keyAt, node: this.#value(depth + 1) });
    }
    const value = Object.fromEntries(members.map(({ key, node }) => [key, node.value]));
    return { value, from, to: this.#at, members };
  }

  #list(depth: number): JsonNode {
    const from = this.#at++;
    const items: JsonNode[] = [];
    while (this.#goesOn(']', items.length === 0)) items.push(this.#value(depth + 1));
    return { value: items.map((item) => item.value), from, to: this.#at, items };
  }

  /** Steps over the comma before the next member, or over the closer; false: it was the closer. */
  #goesOn(closer: '}' | ']', isFirst: boolean): boolean {
    this.#space();
    const char = this.#text[this.#at];
    if (char === closer) {
      this.#at++;
      return false;
    }
    if (char === undefined) throw this.#broken(`A closing ${closer} is missing.`);
    if (isFirst) return true;
    if (char !== ',') throw this.#broken(`A comma or a closing ${closer} is expected here.`);
    const comma = this.#at++;
    this.#space();
    if (this.#text[this.#at] === closer) throw new Broken('This comma is one too many.', comma);
    return true;
  }

  #string(): string {
    const from = this.#at;
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text.charAt(this.#at);
      if (char === '\n') break;
      if (char === '\\') this.#at++;
      else if (char === '"') {
        this.#at++;
        return this.#decoded(from);
      } else if (char < ' ') throw this.#broken('A control character stands in a text.');
    }
    throw new Broken('This text is not closed by a double quote.', from);
  }

  #decoded(from: number): string {
    const text = this.#text.slice(from, this.#at);
    try {
      return JSON.parse(text) as string;
    } catch {
      const bad = /\\(?!["\\/bfnrt]|u[\da-fA-F]{4})/.exec(text.replace(/\\\\/g, '  '));
      throw new Broken('A backslash escape is not valid.', from + (bad?.index ?? 0));
    }
  }

  /** A number, `true`, `false` or `null`. */
  #word(): unknown {
    const from = this.#at;
    const word = /^[^\s,:{}[\]"]*/.exec(this.#text.slice(from, from + 400))?.[0] ?? '';
    if (word === '') throw this.#broken('A value is expected here.');
    try {
      const value: unknown = JSON.parse(word);
      this.#at += word.length;
      return value;
    } catch {
      throw this.#broken(
        /^[-+.\d]/.test(word)
          ? 'This number is written wrongly.'
          : `The word ${word.slice(0, 40)} does not belong here.`,
      );
    }
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #broken(message: string): Broken {
    return new Broken(message, this.#at);
  }
}

/** The value at a path; undefined where there is none. Of a key that stands twice the last one counts. */
export function nodeAt(root: JsonNode, path: JsonPath): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const key of path) {
    node =
      typeof key === 'number' || node.items !== undefined
        ? node.items?.[Number(key)]
        : node.members?.findLast((member) => member.key === key)?.node;
    if (node === undefined) return undefined;
  }
  return node;
}

/** Line and column, both from 1. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** The way that a JSON pointer names. */
export function pathOfPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(path: JsonPath): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
