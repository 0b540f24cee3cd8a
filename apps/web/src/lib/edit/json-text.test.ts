import { describe, expect, it } from 'vitest';
import { lineOf, nodeAt, parseJson, pathOfPointer, pointerOf } from './json-text.ts';

const faultIn = (text: string) => {
  const parsed = parseJson(text);
  return parsed.ok ? null : { ...lineOf(text, parsed.fault.offset), message: parsed.fault.message };
};

describe('parseJson', () => {
  it.each([
    '{}',
    '[]',
    ' { "a" : [1, -2.5e3, true, null, "x\\n\\u00e9\\"" ] , "b":{"c":{}} } ',
    '"text"',
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
  ])('says of %s what JSON.parse says', (text) => {
    const parsed = parseJson(text);
    expect(parsed.ok && JSON.stringify(parsed.root.value)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it.each([
    ['', 1, 1, 'empty'],
    ['{\n  "a": 1,\n}', 2, 9, 'one too many'],
    ['{\n  "a" 1\n}', 2, 7, 'colon'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'comma'],
    ['{\n  "a": "x\n}', 2, 8, 'not closed'],
    ['{ "a": tru }', 1, 8, 'tru'],
    ['{ "a": 01 }', 1, 8, 'number'],
    ['{ "a": [1, 2 }', 1, 14, 'closing ]'],
    ['{ "a": 1', 1, 9, 'closing }'],
    ['{ "a": 1 } x', 1, 12, 'after the end'],
    ["{ 'a': 1 }", 1, 3, 'double quotes'],
    ['{ "a": "\\x" }', 1, 9, 'escape'],
    ['{ "a": }', 1, 8, 'value is expected'],
  ])('finds the fault of %j', (text, line, column, words) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(faultIn(text)).toMatchObject({ line, column, message: expect.stringContaining(words) as string });
  });

  it('refuses what is nested without end, and does not run out of stack', () => {
    expect(faultIn('['.repeat(5000))?.message).toContain('levels deep');
  });

  it('knows where each value stands', () => {
    const text = '{"a": {"b": [1, "two"]}}';
    const parsed = parseJson(text);
    if (!parsed.ok) throw new Error(parsed.fault.message);
    const node = nodeAt(parsed.root, ['a', 'b', 1]);
    expect(text.slice(node?.from, node?.to)).toBe('"two"');
    expect(nodeAt(parsed.root, ['a', 'c'])).toBeUndefined();
  });
});

it('a pointer and its way are the same', () => {
  expect(pathOfPointer(pointerOf(['wardrobe', 'a/b~c', 'top']))).toEqual(['wardrobe', 'a/b~c', 'top']);
});
