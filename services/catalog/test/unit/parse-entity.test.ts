import { categories } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { parseEntity } from '../../src/library/parse-entity.ts';
import { containing } from '../support/matchers.ts';

const parse = (content: string | Buffer, category: keyof typeof categories = 'characters') =>
  parseEntity(Buffer.isBuffer(content) ? content : Buffer.from(content), categories[category]);

function fault(content: string | Buffer, category: keyof typeof categories = 'characters') {
  const parsed = parse(content, category);
  if (parsed.ok) throw new Error('the file was taken over');
  return parsed.fault;
}

describe('good files', () => {
  test('hold their data, their own text and the hash of their bytes', () => {
    const text = '{\n  "character_id": "elke",\n  "unknown": [1, 2]\n}\n';
    const parsed = parse(text);
    expect(parsed).toMatchObject({ ok: true, text, data: { character_id: 'elke', unknown: [1, 2] } });
    expect(parsed.ok && parsed.hash).toBe('c60d0cf66fed5b3dab7dd56bbca3a6ff7e453c810357803a9d9b60e84e6438b2');
  });

  test('may begin with a byte order mark, which is no part of the text', () => {
    expect(parse('\uFEFF{"character_id":"elke"}')).toMatchObject({
      ok: true,
      text: '{"character_id":"elke"}',
    });
  });

  test('may name a key __proto__ without changing any object', () => {
    const parsed = parse('{"character_id":"elke","__proto__":{"polluted":true}}');
    expect(parsed.ok).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(parsed.ok && Object.getPrototypeOf(parsed.data)).toBe(Object.prototype);
  });

  test('are read loosely: "true" for true, one text for a list', () => {
    const text =
      '{"character_id":"e","identity":{"hair":["long","red"]},"tags":{"nsfw":"true"},"participants":{"solo_focus":"False"}}';
    expect(parse(text).ok).toBe(true);
  });
});

describe('syntax faults', () => {
  const cases: [string, string, { line: number; column: number; says: RegExp }][] = [
    [
      'a missing comma',
      '{\n  "character_id": "e"\n  "character_name": "E"\n}',
      { line: 3, column: 3, says: /comma is expected/ },
    ],
    ['a trailing comma', '{\n  "character_id": "e",\n}', { line: 3, column: 1, says: /comma too many/ }],
    ['a comment', '{\n  // who\n  "character_id": "e"\n}', { line: 2, column: 3, says: /comments/ }],
    ['an open text', '{\n  "character_id": "e\n}', { line: 2, column: 19, says: /closed by a double quote/ }],
    [
      'a cut file',
      '{\n  "character_id": "e",\n  "identity": {',
      { line: 3, column: 16, says: /closing brace|key in double quotes/ },
    ],
    ['something after the end', '{"character_id": "e"}\n\n{}', { line: 3, column: 1, says: /after the end/ }],
    ['a NUL byte', '{\n "character_id": "e\0"}', { line: 2, column: 20, says: /NUL/ }],
  ];
  test.each(cases)('%s is found at its line and column', (_name, text, { line, column, says }) => {
    expect(fault(text)).toMatchObject({ kind: 'syntax', line, column });
    expect(fault(text).message).toMatch(says);
  });

  test('places count the same behind a byte order mark and with Windows line ends', () => {
    expect(fault('\uFEFF{\r\n  "character_id": "e",\r\n}')).toMatchObject({ line: 3, column: 1 });
  });

  test('an empty file, and one of blanks, is said to be half written', () => {
    for (const text of ['', ' \n\t'])
      expect(fault(text)).toMatchObject({ kind: 'syntax', message: containing('empty') });
  });

  test('a file that is not UTF-8 is refused at its first bad byte and never shown mangled', () => {
    const bytes = Buffer.concat([
      Buffer.from('{\n"character_name": "'),
      Buffer.from([0xe9]),
      Buffer.from('"}'),
    ]);
    expect(fault(bytes)).toMatchObject({ kind: 'syntax', line: 2, column: 20, message: containing('UTF-8') });
  });

  test('ten thousand levels are refused without running out of stack', () => {
    const text = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(fault(text)).toMatchObject({
      kind: 'syntax',
      line: 1,
      column: 105,
      message: containing('100 levels'),
    });
    expect(parse(`{"a":"${'['.repeat(10_000)}"}`).ok).toBe(true);
  });
});

describe('schema faults', () => {
  test('are found with line, column and JSON pointer', () => {
    const text = '{\n  "character_id": "e",\n  "identity": {\n    "hair": 5\n  }\n}';
    expect(fault(text)).toEqual({
      ...{ kind: 'schema', line: 4, column: 13, pointer: '/identity/hair' },
      message: '«identity.hair» must be text or a list of texts.',
    });
  });

  test('name the value inside an alternative, not the alternative', () => {
    const text = '{\n "character_id": "e",\n "tags": {\n  "nsfw": "maybe"\n }\n}';
    expect(fault(text)).toMatchObject({
      line: 4,
      column: 11,
      pointer: '/tags/nsfw',
      message: '«tags.nsfw» must be true or false.',
    });
  });

  test('escape pointers', () => {
    const text = '{"scene_id":"s","scene":{"background":{"a":1}}}';
    expect(fault(text, 'scenes')).toMatchObject({ pointer: '/scene/background', column: 39 });
  });

  test.each(['[]', '"text"', 'null', '5'])('a file that holds %s is no entity', (text) => {
    expect(fault(`\n${text}`)).toMatchObject({ kind: 'schema', line: 2, column: 1, pointer: '' });
  });

  test.each(['\\u0000', '\\ud800'])('the escape %s cannot be stored and is found', (escape) => {
    const text = `{\n "character_id": "e",\n "identity": { "hair": ["a", "b${escape}"] }\n}`;
    expect(fault(text)).toMatchObject({ kind: 'schema', line: 3, pointer: '/identity/hair/1' });
  });

  test('a whole surrogate pair is a character like any other', () => {
    expect(parse('{"character_id":"e","character_name":"\\ud83d\\ude00"}').ok).toBe(true);
  });
});
