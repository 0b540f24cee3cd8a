import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { DomainError, expandWildcards } from '../../src/index.ts';
import { draws, snapshotOf, entity } from '../support/build.ts';
import { growth, hostileText, linearGrowth, longTexts, patientMs } from '../support/hostile.ts';

vi.setConfig({ testTimeout: patientMs });

const files: Record<string, string[]> = {
  colour: ['red', '# a comment', '', '  blue  ', 'green'],
  pair: ['__colour__ and __colour__'],
  loop: ['x __loop__'],
  bomb: ['__bomb__ __bomb__ __bomb__ __bomb__ __bomb__ __bomb__ __bomb__ __bomb__ __bomb__ __bomb__'],
  empty: ['# nothing'],
  eye_colour: ['{grey|brown} eyes'],
  'with-dash': ['dash'],
};

const lines = (name: string): Promise<string[] | null> =>
  Promise.resolve(Object.hasOwn(files, name) ? (files[name] ?? null) : null);

async function expand(text: string, ...numbers: number[]): Promise<{ text: string; notes: string[] }> {
  const notes: string[] = [];
  const random = draws(...numbers);
  const expanded = await expandWildcards(text, { random, notes, wildcard: lines });
  expect(random.left()).toBe(0);
  return { text: expanded, notes };
}
const plain = async (text: string, ...numbers: number[]): Promise<string> =>
  (await expand(text, ...numbers)).text;

describe('wildcards', () => {
  test('WILD-1 {a|b|c} picks one', async () => {
    expect(await plain('x {a|b|c} y', 0)).toBe('x a y');
    expect(await plain('x {a|b|c} y', 0.5)).toBe('x b y');
    expect(await plain('x {a|b|c} y', 0.999)).toBe('x c y');
    expect(await plain('{a|}{b|c}', 0.9, 0)).toBe('b');
  });
  test('WILD-2 weights by n::', async () => {
    expect(await plain('{a|b|3::c}', 0.39)).toBe('b');
    expect(await plain('{a|b|3::c}', 0.41)).toBe('c');
    expect(await plain('{0::a|0.5::b}', 0)).toBe('b');
    expect(await plain('{0::a|0::b}', 0.9)).toBe('b');
    expect(await plain('{ 2::a| 2 ::b}', 0.9)).toBe(' 2 ::b');
  });
  test('WILD-3 groups in groups: only what was picked is drawn on', async () => {
    expect(await plain('{a|{b|c} d}', 0.6, 0.6)).toBe('c d');
    expect(await plain('{a|{b|c} d}', 0)).toBe('a');
  });
  test('WILD-4 __name__ picks a line; comments and blank lines are none', async () => {
    expect(await plain('__colour__ hair', 0.4)).toBe('blue hair');
    expect(await plain('__eye_colour__, __with-dash__', 0, 0.9, 0)).toBe('brown eyes, dash');
    expect(await plain('{__colour__|x} __colour__', 0, 0.99, 0)).toBe('green red');
  });
  test('WILD-5 files nest up to 8 deep; the ninth name stays, and is noted', async () => {
    expect(await plain('__pair__', 0, 0, 0.99)).toBe('red and green');
    const nested = await expand('__loop__', ...Array<number>(8).fill(0));
    expect(nested.text).toBe(`${'x '.repeat(8)}__loop__`);
    expect(nested.notes).toEqual([expect.stringContaining('nested more than 8 deep')]);
  });
  test('WILD-6 \\{ is a plain brace', async () => {
    expect(await plain('\\{a|b\\} {c|d}', 0)).toBe('{a|b} c');
    expect(await plain('{a\\|b|c}', 0)).toBe('a|b');
    expect(await plain('\\(a\\) \\| \\x')).toBe('\\(a\\) \\| \\x');
  });
  test('WILD-7 a group without | stays as it is, noted; so does what only looks like one', async () => {
    expect(await expand('{a} {b')).toEqual({
      text: '{a} {b',
      notes: ['«{a}» has no alternatives and stays as it is.'],
    });
    expect(await expand('{{FACE_PROMPT}}')).toMatchObject({ text: '{{FACE_PROMPT}}', notes: { length: 1 } });
    expect(await plain('{x {a|b}}', 0)).toBe('{x a}');
  });
  test('WILD-8 an unknown or empty file stays as it is, noted once', async () => {
    const { text, notes } = await expand('__none__ __none__ __empty__ __constructor__ a_b __ _x_');
    expect(text).toBe('__none__ __none__ __empty__ __constructor__ a_b __ _x_');
    expect(notes).toHaveLength(3);
  });
  test('WILD-9 files that multiply end in a typed error, not in a full memory', async () => {
    const bomb = expandWildcards('__bomb__', { random: () => 0, notes: [], wildcard: lines });
    await expect(bomb).rejects.toThrow(expect.objectContaining({ code: 'data_error' }));
  });
  test('WILD-10 no input throws anything but a typed error, in linear time', async () => {
    const context = { random: () => 0.5, notes: [], wildcard: () => Promise.resolve(['a', '{b|c}']) };
    const expandOrRefuse = (text: string): Promise<unknown> =>
      expandWildcards(text, { ...context, notes: [] }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(DomainError);
      });
    for (const trick of longTexts(24).keys()) {
      expect(await growth(expandOrRefuse, (length) => longTexts(length)[trick] ?? '')).toBeLessThan(
        linearGrowth,
      );
    }
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const once = await expandWildcards(text, { ...context, notes: [] });
        if (!/[{}\\]|__/.test(text)) expect(once).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  test('WILD-11 resolved in every prompt text of every part, so that the snapshot holds plain text', async () => {
    const entities = [
      entity('characters', {
        character_id: 'c',
        identity: { hair: '__colour__ hair', eyes: ['{a|b} eyes', 'plain'] },
        wardrobe: { default: { top: '{x|y}' }, other: { top: '{p|q}' } },
        styles: { primary_color: '{red|blue}' },
        lora: { lora_name: 'l', lora_triggers: '{t|u}' },
      }),
      entity('looks', { look_id: 'l', positive: '{m|n}', negative: '{v|w}' }),
      entity('checkpoints', {
        checkpoint_path: 'a/b.safetensors',
        base_positive: '{k|l}',
        base_negative: '{o|p}',
      }),
    ];
    const recipe = {
      parts: { characters: [{ slug: 'c' }], looks: [{ slug: 'l' }] },
      checkpoint: 'a/b.safetensors',
      extra_positive: '{1|2}',
      extra_negative: '__colour__',
    };
    const snapshot = await snapshotOf(entities, recipe, { random: () => 0.99, wildcards: files });
    expect(snapshot.parts[0]?.data).toMatchObject({
      identity: { hair: 'green hair', eyes: ['b eyes', 'plain'] },
      wardrobe: { default: { top: 'y' }, other: { top: '{p|q}' } },
      styles: { primary_color: 'blue' },
      lora: { lora_triggers: 'u' },
    });
    expect(snapshot.parts[0]?.lora?.triggers).toBe('u');
    expect(snapshot.parts[1]?.data).toMatchObject({ positive: 'n', negative: 'w' });
    expect(snapshot.checkpoint.data).toMatchObject({ base_positive: 'l', base_negative: 'p' });
    expect([snapshot.extra_positive, snapshot.extra_negative]).toEqual(['2', 'green']);
    expect(entities[0]?.data.identity).toMatchObject({ hair: '__colour__ hair' });
  });
});
