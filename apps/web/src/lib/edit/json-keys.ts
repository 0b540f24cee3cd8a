/** What a key does to a text: a stretch becomes another one, the caret stands somewhere in it. */
export interface Typing {
  from: number;
  to: number;
  put: string;
  caret: number;
}

const indentStep = '  ';
const partners: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** A new line begins below the one above it, one step deeper behind an opener; a closer in front of the caret goes on a line of its own. */
export function newLine(text: string, from: number, to: number): Typing {
  const lead = leadOf(text, from);
  const opener = text.slice(0, from).trimEnd().at(-1) ?? '';
  const closer = partners[opener];
  if (closer === undefined) return put(from, to, `\n${lead}`);
  const inner = `\n${lead}${indentStep}`;
  const isEmpty = text.slice(to).trimStart().startsWith(closer) && !/^\s*\n/.test(text.slice(to));
  const blank = text.slice(to).length - text.slice(to).trimStart().length;
  return isEmpty
    ? { from, to: to + blank, put: `${inner}\n${lead}`, caret: from + inner.length }
    : put(from, to, inner);
}

/** A closer that is the first of its line stands below the line of its opener; null: it is typed as any other letter. */
export function closer(text: string, caret: number, char: string): Typing | null {
  const line = text.lastIndexOf('\n', caret - 1) + 1;
  const blank = text.slice(line, caret);
  if (!Object.values(partners).includes(char) || blank.trim() !== '' || !blank.endsWith(indentStep))
    return null;
  return put(line, caret, blank.slice(indentStep.length) + char);
}

const put = (from: number, to: number, text: string): Typing => ({
  ...{ from, to, put: text, caret: from + text.length },
});

const leadOf = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';

export type JsonTokenKind = 'key' | 'text' | 'word' | 'number';

const token = /("(?:[^"\\\n]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** The parts of a JSON text that have a colour, broken texts included. */
export function* jsonTokens(text: string): Generator<{ kind: JsonTokenKind; from: number; to: number }> {
  for (const { index, 1: quoted, 2: colon, 3: number, 4: word } of text.matchAll(token)) {
    const part = quoted ?? number ?? word ?? '';
    const kind =
      quoted !== undefined
        ? colon === undefined
          ? 'text'
          : 'key'
        : number === undefined
          ? 'word'
          : 'number';
    yield { kind, from: index, to: index + part.length };
  }
}
