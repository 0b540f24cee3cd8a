import type { FieldChange } from '@gaze/domain';
import { sameJson, withChanges } from '@gaze/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeText, renameKey } from '../../../src/editing/text-edit.ts';

const change = (path: string, value: unknown): FieldChange => ({ path: path.split('.'), value });
const lines = (...all: string[]): string => all.join('\n');

describe('only what changes is written', () => {
  const text = lines(
    '{',
    '    "z_last": 1.50,',
    '    "tags":   {"nsfw": false, "list": ["a", "b"]},',
    '    "lora": {',
    '        "lora_weight": 0.80,',
    '        "unknown": {"deep": [1,2]}',
    '    },',
    '    "id": "x"',
    '}',
    '',
  );

  test('a field in place keeps order, indentation, numbers and unknown keys', () => {
    expect(changeText(text, [change('lora.lora_weight', 0.5)])).toBe(text.replace('0.80', '0.5'));
    expect(changeText(text, [change('tags.nsfw', true)])).toBe(text.replace('"nsfw": false', '"nsfw": true'));
  });

  test('a list on one line stays on it, in its own spacing', () => {
    expect(changeText(text, [change('tags.list', ['c'])])).toBe(text.replace('["a", "b"]', '["c"]'));
    expect(changeText(text, [change('lora.unknown.deep', [3, 4, 5])])).toBe(text.replace('[1,2]', '[3,4,5]'));
  });

  test('a new key is laid out as its neighbours', () => {
    expect(changeText(text, [change('lora.lora_name', 'n')])).toBe(
      text.replace('"unknown": {"deep": [1,2]}', '"unknown": {"deep": [1,2]},\n        "lora_name": "n"'),
    );
    expect(changeText(text, [change('more', { a: [1] })])).toContain(
      lines(
        '    "id": "x",',
        '    "more": {',
        '        "a": [',
        '            1',
        '        ]',
        '    }',
        '}',
        '',
      ),
    );
  });

  test('a key that goes takes its comma along', () => {
    expect(changeText(text, [change('id', undefined)])).toBe(text.replace('    },\n    "id": "x"', '    }'));
    expect(JSON.parse(changeText(text, [change('z_last', undefined)]))).not.toHaveProperty('z_last');
  });

  test('a new object where text stood takes the depth of its line', () => {
    expect(changeText('{\n  "a": {\n    "b": "x"\n  }\n}', [change('a.b', { c: 1 })])).toBe(
      '{\n  "a": {\n    "b": {\n      "c": 1\n    }\n  }\n}',
    );
  });

  test('tabs and Windows line ends stay', () => {
    const windows = '{\r\n\t"a": "b",\r\n\t"c": {\r\n\t\t"d": 1\r\n\t}\r\n}\r\n';
    const changed = changeText(windows, [change('c.e', { f: 2 }), change('a', { g: 1 })]);
    expect(changed.replaceAll('\r\n', '')).not.toMatch(/[\r\n]| {2}/);
    expect(JSON.parse(changed)).toEqual({ a: { g: 1 }, c: { d: 1, e: { f: 2 } } });
  });

  test('a file of one line stays one line', () => {
    expect(changeText('{"a":1,"b":{"c":2}}', [change('b.d', [1, 2]), change('a', { x: 1 })])).not.toContain(
      '\n',
    );
  });

  test('a key that stands twice: what is read is what changes', () => {
    expect(JSON.parse(changeText('{\n  "a": 1,\n  "a": 2\n}\n', [change('a', 3)]))).toEqual({ a: 3 });
  });

  test('a renamed key keeps its place and its value', () => {
    expect(renameKey(text, ['lora', 'unknown'], 'known "one"')).toBe(
      text.replace('"unknown":', '"known \\"one\\"":'),
    );
    expect(renameKey(text, ['nothing'], 'x')).toBe(text);
  });
});

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'toString', ''),
  fc.string({ maxLength: 4 }),
);
const json = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as Record<string, unknown>),
}));
const indents = fc.constantFrom(undefined, 1, 2, 4, '\t');

describe('any data, any layout', () => {
  test('the changed text means the changed data', () => {
    fc.assert(
      fc.property(
        json.object,
        indents,
        fc.constantFrom('\n', '\r\n'),
        fc.array(
          fc.record({
            path: fc.array(key, { minLength: 1, maxLength: 3 }),
            value: fc.option(json.value, { nil: undefined }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        (data, indent, eol, changes) => {
          const text = JSON.stringify(data, null, indent).replaceAll('\n', eol);
          const wanted = withChanges(data, changes);
          expect(sameJson(JSON.parse(changeText(text, changes)), JSON.parse(JSON.stringify(wanted)))).toBe(
            true,
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('fields that are not changed keep their bytes', () => {
    fc.assert(
      fc.property(json.object, indents, json.value, (data, indent, value) => {
        const whole = { first: data, changed: 'old', last: data };
        const text = JSON.stringify(whole, null, indent);
        const changed = changeText(text, [{ path: ['changed'], value }]);
        const [head = '', tail = ''] = text.split(/(?<="changed":\s?)"old"/);
        expect(changed.startsWith(head)).toBe(true);
        expect(changed.endsWith(tail)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
