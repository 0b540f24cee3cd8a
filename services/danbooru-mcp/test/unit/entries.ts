import { buildTagIndex } from '../../src/tags/index.ts';
import { mergeLists } from '../../src/list/merge.ts';

/** An index of lines in the form of the lists. */
export const indexOf = (...lines: string[]) =>
  buildTagIndex(mergeLists([{ name: 'test.csv', text: lines.join('\n') }]).entries);

/** `count` made-up tags of words that repeat as Danbooru's do: colours with things, names with series. */
export function manyTags(count: number): { lines: string[] } {
  let state = 42;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const syllables = [
    'ka',
    'mi',
    'ro',
    'sha',
    'ten',
    'lu',
    'na',
    'vi',
    'dor',
    'es',
    'qu',
    'yo',
    'bra',
    'fin',
    'gle',
  ];
  const word = (): string =>
    Array.from({ length: 2 + next(3) }, () => syllables[next(syllables.length)]).join('');
  const common = ['hair', 'eyes', 'dress', 'shirt', 'hat', 'gloves', 'skirt', 'bow', 'background', 'boots'];
  const vocabulary = Array.from({ length: Math.ceil(count / 8) }, word);
  const pick = (): string => vocabulary[next(vocabulary.length)] ?? '';
  const names = new Set<string>();
  while (names.size < count) {
    const shape = next(4);
    const tail = shape === 0 ? (common[next(common.length)] ?? '') : pick();
    names.add(
      shape === 3 ? `${pick()}_(${tail})` : shape === 2 ? `${pick()}_${pick()}_${tail}` : `${pick()}_${tail}`,
    );
  }
  const lines = [...names].map(
    (name, at) => `${name},${[0, 0, 1, 3, 4, 5][at % 6] ?? 0},${next(100_000)},"${name}_x${at}"`,
  );
  return { lines };
}
