import { describe, expect, it } from 'vitest';
import { insertion, pastedPrompt } from './pasted.ts';

describe('pastedPrompt', () => {
  it('cuts at commas and line ends and leaves one of each tag', () => {
    expect(pastedPrompt('1girl, red_hair,\nsmile\n\nred hair, (a, b:1.2)')?.tags).toEqual([
      '1girl',
      'red_hair',
      'smile',
      '(a, b:1.2)',
    ]);
  });

  it('takes the block of other tools apart', () => {
    const block =
      '1girl, solo\nNegative prompt: lowres, bad hands\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1\nVersion: 1';
    expect(pastedPrompt(block)).toEqual({ tags: ['1girl', 'solo'], negative: ['lowres', 'bad hands'] });
  });

  it('is not there for a single word', () => {
    expect(pastedPrompt('smile')).toBeNull();
    expect(pastedPrompt('  ')).toBeNull();
    expect(pastedPrompt('(a, b:1.2)')).toBeNull();
  });
});

describe('insertion', () => {
  it('fits the commas', () => {
    const tags = ['a', 'b'];
    expect(insertion('', '', tags).text).toBe('a, b');
    expect(insertion('x', '', tags).text).toBe(', a, b');
    expect(insertion('x,', '', tags).text).toBe(' a, b');
    expect(insertion('x, ', 'y', tags).text).toBe('a, b, ');
    expect(insertion('x', ', y', tags).text).toBe(', a, b');
    expect(insertion('(', ':1.2)', tags).text).toBe('a, b');
  });

  it('leaves out what the prompt has, however it is written', () => {
    expect(insertion('(Red_Hair:1.2), ', ', smile', ['red hair', 'solo', 'smile'])).toEqual({
      text: 'solo',
      known: 2,
    });
    expect(insertion('a', '', ['a'])).toEqual({ text: '', known: 1 });
  });

  it('keeps BREAK', () => {
    expect(insertion('a, BREAK, b, ', '', ['BREAK', 'c']).text).toBe('BREAK, c');
  });
});
