import { describe, expect, it } from 'vitest';
import { isOn, numberValue, saysTheSame, shownText, textValue, valueAt } from './values.ts';

describe('values of fields', () => {
  it('shows lists as text, and keeps them lists', () => {
    expect(shownText(['a', null, '', 'b'])).toBe('a, b');
    expect(textValue('a, b, c', ['a', 'b'], false)).toEqual(['a', 'b', 'c']);
    expect(textValue('a', undefined, true)).toEqual(['a']);
    expect(textValue('a, b', 'a', false)).toBe('a, b');
  });

  it('takes the saved value back where the text says the same', () => {
    const saved = ['a', 'b'];
    expect(textValue('a, b', saved, false)).toBe(saved);
    expect(textValue('', undefined, false)).toBeUndefined();
    expect(textValue('', null, true)).toBeNull();
    expect(numberValue('0.80', '0.80')).toBe('0.80');
  });

  it('makes numbers of numbers and leaves the rest to be named', () => {
    expect(numberValue(' 0,8 ', 1)).toBe(0.8);
    expect(numberValue('much', 1)).toBe('much');
    expect(numberValue('', 1)).toBeNull();
    expect(numberValue('', undefined)).toBeUndefined();
  });

  it('reads switches as people write them', () => {
    expect([isOn(true), isOn('True'), isOn('false'), isOn(undefined), isOn(undefined, true)]).toEqual([
      ...[true, true, false, false, true],
    ]);
  });

  it('knows a blank from a blank', () => {
    expect(saysTheSame(undefined, '')).toBe(true);
    expect(saysTheSame([], null)).toBe(true);
    expect(saysTheSame(0, null)).toBe(false);
  });

  it('never follows what is no own key', () => {
    expect(valueAt({}, ['constructor', 'name'])).toBeUndefined();
    expect(valueAt({ a: ['x'] }, ['a', '0'])).toBeUndefined();
  });
});
