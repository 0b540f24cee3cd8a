import { describe, expect, it } from 'vitest';
import { closer, jsonTokens, newLine, type Typing } from './json-keys.ts';

/** `¦` is the caret. */
function after(marked: string, key: (text: string, caret: number) => Typing | null): string | null {
  const caret = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  const typing = key(text, caret);
  if (typing === null) return null;
  const made = text.slice(0, typing.from) + typing.put + text.slice(typing.to);
  return `${made.slice(0, typing.caret)}¦${made.slice(typing.caret)}`;
}
const enter = (marked: string) => after(marked, (text, caret) => newLine(text, caret, caret));

describe('keys of the JSON editor', () => {
  it('begin a line below the one above it, deeper behind an opener', () => {
    expect(enter('{\n  "a": 1,¦\n}')).toBe('{\n  "a": 1,\n  ¦\n}');
    expect(enter('{\n  "a": {¦\n  }\n}')).toBe('{\n  "a": {\n    ¦\n  }\n}');
    expect(enter('{\n  "a": [¦]\n}')).toBe('{\n  "a": [\n    ¦\n  ]\n}');
  });

  it('set a closer below its opener', () => {
    const brace = (marked: string) => after(marked, (text, caret) => closer(text, caret, '}'));
    expect(brace('{\n  "a": {\n    ¦')).toBe('{\n  "a": {\n  }¦');
    expect(brace('{ "a": 1 ¦')).toBeNull();
    expect(after('  ¦', (text, caret) => closer(text, caret, 'x'))).toBeNull();
  });

  it('tell keys from texts, also in a broken text', () => {
    expect([...jsonTokens('{"a": "b", "c": 1.5, "d": true, "open')].map(({ kind }) => kind)).toEqual([
      ...['key', 'text', 'key', 'number', 'key', 'word', 'text'],
    ]);
  });
});
