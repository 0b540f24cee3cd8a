import { describe, expect, it } from 'vitest';
import { tagFlow, tagKeys } from './tag-flow.ts';

const spell = (now: string, before: string | null) =>
  tagFlow(now, before)
    .tags.map(({ text, state }) => ({ kept: '', added: '+', dropped: '-' })[state] + text)
    .join(' | ');

describe('tagFlow', () => {
  it('marks what came and what went, in the places where they stand', () => {
    expect(spell('a, b, d, e', 'a, b, c, d')).toBe('a | b | -c | d | +e');
  });

  it('puts what went first to the front, and what went last to the end', () => {
    expect(spell('b', 'a, b, c')).toBe('-a | b | -c');
    expect(spell('', 'a, b')).toBe('-a | -b');
  });

  it('knows nothing to compare with', () => {
    expect(tagFlow('a, b', null)).toMatchObject({ added: 0, dropped: 0, total: 2 });
  });

  it('counts what is there, what came and what went', () => {
    expect(tagFlow('a, x, y', 'a, b')).toMatchObject({ added: 2, dropped: 1, total: 3 });
  });

  it('sees another weight as a change', () => {
    expect(spell('(solo:1.3), a', '(solo:1.2), a')).toBe('-(solo:1.2) | +(solo:1.3) | a');
  });

  it('counts copies one by one', () => {
    expect(spell('a, a', 'a')).toBe('a | +a');
    expect(spell('a', 'a, BREAK, a')).toBe('a | -BREAK | -a');
  });

  it('never cuts inside of brackets', () => {
    expect(tagFlow('(a, b:1.3), tifa \\(ff7\\)', null).tags.map((tag) => tag.text)).toEqual([
      '(a, b:1.3)',
      'tifa \\(ff7\\)',
    ]);
  });

  it('sets the number of a weight apart', () => {
    expect(tagFlow('(solo:1.2)', null).tags[0]?.weight).toEqual({
      before: '(solo',
      value: ':1.2',
      after: ')',
    });
    expect(tagFlow('((a))', null).tags[0]?.weight).toBeNull();
    expect(tagFlow(':3', null).tags[0]?.weight).toBeNull();
  });

  it('tells triggers and draws apart, however they are written', () => {
    const { tags } = tagFlow(
      '(Elke_Marrow:1.1), __weather__, {red|blue} hat, {plain}',
      null,
      tagKeys('elke marrow'),
    );
    expect(tags.map((tag) => tag.kind)).toEqual(['trigger', 'drawn', 'drawn', 'plain']);
  });

  it('takes hostile text in linear time', () => {
    const text = '('.repeat(20_000);
    const started = performance.now();
    tagFlow(text, null);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
