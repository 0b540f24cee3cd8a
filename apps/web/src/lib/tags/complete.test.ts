import { describe, expect, it } from 'vitest';
import { completed, promptName, typedAt } from './complete.ts';

/** `¦` is the caret. */
function at(marked: string) {
  const caret = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return { text, typed: typedAt(text, caret) };
}

function take(marked: string, name: string): string {
  const { text, typed } = at(marked);
  if (typed === null) throw new Error('nothing is typed there');
  return text.slice(0, typed.from) + completed(text, typed, name) + text.slice(typed.to);
}

describe('typedAt', () => {
  it.each([
    ['long ha¦', 'long ha'],
    ['solo, long ha¦', 'long ha'],
    ['solo,\n  long ha¦, smile', 'long ha'],
    ['(red hair, long ha¦:1.2)', 'long ha'],
    ['{red|blu¦|green}', 'blu'],
    ['tifa \\(ff¦', 'tifa (ff'],
    [':d¦', ':d'],
  ])('in «%s» it is «%s»', (marked, query) => {
    expect(at(marked).typed?.query).toBe(query);
  });

  it.each(['¦', 'solo, ¦', '(hair:1¦', '(hair:¦', '<lora:in¦', '__weath¦'])(
    'in «%s» it is nothing',
    (marked) => {
      expect(at(marked).typed).toBeNull();
    },
  );
});

describe('completed', () => {
  it.each([
    ['long ha¦', 'long_hair', 'long hair, '],
    ['long ha¦, smile', 'long_hair', 'long hair, smile'],
    ['lo¦ng ha, smile', 'long_hair', 'long hair, smile'],
    ['solo, long ha¦\nsmile', 'long_hair', 'solo, long hair, \nsmile'],
    ['(long ha¦:1.2)', 'long_hair', '(long hair:1.2)'],
    ['(long ha¦', 'long_hair', '(long hair'],
    ['{red|blu¦}', 'blue_eyes', '{red|blue eyes}'],
    ['tifa¦', 'tifa_lockhart_(ff7)', 'tifa lockhart \\(ff7\\), '],
  ])('«%s» with %s becomes «%s»', (marked, name, expected) => {
    expect(take(marked, name)).toBe(expected);
  });

  it('keeps drawn faces as they are', () => {
    expect(promptName('^_^')).toBe('^_^');
    expect(promptName('up_close')).toBe('up close');
  });
});
