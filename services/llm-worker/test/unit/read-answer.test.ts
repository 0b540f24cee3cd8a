import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/result/read-answer.ts';

const wanted = ['outfit_name', 'wardrobe'];
const good = { outfit_name: 'Coat', wardrobe: { top: 'coat {a} "b"' } };
const json = JSON.stringify(good);

describe('an answer is read', () => {
  test.each([
    ['plain', json],
    ['indented', JSON.stringify(good, null, 2)],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence with chatter', `Sure! Here it is:\n\`\`\`\n${json}\n\`\`\`\nEnjoy {it}.`],
    ['in chatter', `Here you are: ${json} I hope that helps.`],
    ['behind thoughts', `<think>maybe {"outfit_name": "wrong"}</think>\n${json}`],
    ['behind another object', `{"example": 1}\n${json}`],
    ['with commas too many', '{"outfit_name": "Coat", "wardrobe": {"top": "coat {a} \\"b\\"",},}'],
    ['with a BOM', `\ufeff${json}`],
  ])('%s', (_name, text) => {
    expect(readAnswer(text, wanted)).toEqual({ kind: 'object', value: good });
  });

  test('a comma inside of a text stays', () => {
    expect(readAnswer('{"outfit_name": "a,}",}', wanted)).toEqual({
      kind: 'object',
      value: { outfit_name: 'a,}' },
    });
  });
});

describe('an answer is not read', () => {
  test.each([
    ['', /no JSON object/],
    ["I'm sorry, I can't do that.", /no JSON object/],
    ['[1, 2]', /no JSON object/],
    [json.slice(0, 40), /cut off or not well-formed/],
    ['{"outfit_name": Coat}', /not well-formed/],
    ['x'.repeat(200_001), /longer than/],
    [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, /too deeply/],
  ])('%j', (text, fault) => {
    expect(readAnswer(text, wanted)).toMatchObject({
      kind: 'fault',
      fault: expect.stringMatching(fault) as string,
    });
  });

  test('in time that grows with its length, whatever it holds', () => {
    for (const hostile of [
      '{'.repeat(200_000),
      '{"'.repeat(100_000),
      '```json\n'.repeat(20_000),
      '{"a":"'.repeat(30_000),
    ]) {
      const began = performance.now();
      expect(readAnswer(hostile, wanted).kind).toBe('fault');
      expect(performance.now() - began).toBeLessThan(5000);
    }
  });
});
