import { describe, expect, it } from 'vitest';
import { changeText } from './change-text.ts';

const text = `{
    "id": "a",
    "identity": { "hair": "red", "eyes": "green" },
    "list": ["x", "y"],
    "deep": {
        "prompt": [
            "one"
        ]
    },
    "n": 1.0
}
`;
const set = (path: string[], value: unknown) => changeText(text, [{ path, value }]);

describe('changeText', () => {
  it('changes a value and not a byte beside it', () => {
    expect(set(['identity', 'hair'], 'blue')).toBe(text.replace('"red"', '"blue"'));
    expect(set(['list'], ['z'])).toBe(text.replace('["x", "y"]', '["z"]'));
    expect(set(['deep', 'prompt'], ['one', 'two'])).toBe(
      text.replace('"one"\n', '"one",\n            "two"\n'),
    );
  });

  it('adds a key as the keys before it are laid out', () => {
    expect(set(['identity', 'legs'], 'long')).toBe(text.replace('"green" }', '"green", "legs": "long" }'));
    expect(set(['tags', 'nsfw'], true)).toBe(
      text.replace('1.0\n', '1.0,\n    "tags": {\n        "nsfw": true\n    }\n'),
    );
    expect(JSON.parse(changeText('{}', [{ path: ['a', 'b'], value: 1 }]))).toEqual({ a: { b: 1 } });
  });

  it('takes a key away with its comma', () => {
    expect(set(['list'], undefined)).toBe(text.replace('    "list": ["x", "y"],\n', ''));
    expect(set(['id'], undefined)).toBe(text.replace('"id": "a",\n    ', ''));
    expect(set(['n'], undefined)).toBe(text.replace(',\n    "n": 1.0', ''));
    expect(set(['nothing', 'there'], undefined)).toBe(text);
  });

  it('puts an object in place of what is none', () => {
    expect(JSON.parse(changeText('{"lora": null}', [{ path: ['lora', 'lora_name'], value: 'x' }]))).toEqual({
      lora: { lora_name: 'x' },
    });
  });

  it('means the change even where a key stands twice', () => {
    const twice = '{\n  "a": 1,\n  "a": 2\n}\n';
    expect(JSON.parse(changeText(twice, [{ path: ['a'], value: undefined }]))).toEqual({});
  });
});
