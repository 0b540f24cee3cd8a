import { describe, expect, it } from 'vitest';
import { reweigh, withWeightChanged } from './weight.ts';

describe('withWeightChanged', () => {
  const cases: [entry: string, by: number, expected: string][] = [
    ['red hair', 0.05, '(red hair:1.05)'],
    ['(red hair:1.05)', 0.05, '(red hair:1.1)'],
    ['(red hair:1.05)', -0.05, 'red hair'],
    ['red hair', -0.05, '(red hair:0.95)'],
    ['((red hair))', 0.05, '(red hair:1.26)'],
    ['(a, b:1.3)', 0.05, '(a, b:1.35)'],
    ['tifa \\(ff7\\)', 0.05, '(tifa \\(ff7\\):1.05)'],
    ['(tifa \\(ff7\\):1.05)', -0.05, 'tifa \\(ff7\\)'],
    [':(', 0.05, '(:\\(:1.05)'],
    ['<lora:ink:0.8>', 0.05, '<lora:ink:0.85>'],
    ['<lora:ink:0>', -0.05, '<lora:ink:-0.05>'],
    ['<lora:ink>', 0.05, '<lora:ink>'],
    ['(x:0.03)', -0.05, '(x:0)'],
    ['(x:10)', 0.05, '(x:10)'],
    ['[x]', 0.05, '([x]:1.05)'],
    ['(:3)', 0.05, '(:3:1.15)'],
    ['()', 0.05, '(():1.05)'],
  ];
  it.each(cases)('%s by %d is %s', (entry, by, expected) => {
    expect(withWeightChanged(entry, by)).toBe(expected);
  });

  it('goes up and down by the same number of presses', () => {
    let entry = 'blue eyes';
    for (let i = 0; i < 12; i++) entry = withWeightChanged(entry, 0.05);
    expect(entry).toBe('(blue eyes:1.6)');
    for (let i = 0; i < 12; i++) entry = withWeightChanged(entry, -0.05);
    expect(entry).toBe('blue eyes');
  });
});

describe('reweigh', () => {
  const text = 'solo,  red hair , smile';

  it('changes the entry that the caret touches and nothing around it', () => {
    const made = reweigh(text, 9, 9, 0.05);
    expect(made?.text).toBe('solo,  (red hair:1.05) , smile');
    expect(made?.text.slice(made.from, made.to)).toBe('(red hair:1.05)');
  });

  it('changes every entry that a selection touches', () => {
    expect(reweigh(text, 2, 9, 0.1)?.text).toBe('(solo:1.1),  (red hair:1.1) , smile');
  });

  it('leaves BREAK and the space between entries alone', () => {
    expect(reweigh('a, BREAK, b', 5, 5, 0.05)).toBeNull();
    expect(reweigh('a,   b', 3, 3, 0.05)).toBeNull();
    expect(reweigh('', 0, 0, 0.05)).toBeNull();
  });
});
