import { expect, test } from 'vitest';
import { decideTaking } from '../../src/import/decide.ts';

test.each([
  ['new', { theirs: 'a', ours: null, before: undefined }, 'added'],
  ['here already', { theirs: 'a', ours: 'a', before: undefined }, 'same'],
  ['taken and untouched', { theirs: 'a', ours: 'a', before: 'a' }, 'same'],
  ['changed in the original since', { theirs: 'b', ours: 'a', before: 'a' }, 'updated'],
  ['changed here since', { theirs: 'a', ours: 'b', before: 'a' }, 'kept'],
  ['changed on both sides', { theirs: 'c', ours: 'b', before: 'a' }, 'kept'],
  ['here before any import', { theirs: 'a', ours: 'b', before: undefined }, 'kept'],
  ['deleted here since', { theirs: 'a', ours: null, before: 'a' }, 'kept'],
] as const)('%s', (_name, input, taking) => {
  expect(decideTaking(input)).toBe(taking);
});
