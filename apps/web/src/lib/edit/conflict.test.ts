import { describe, expect, it } from 'vitest';
import { clashOf, conflictOf, resolved } from './conflict.ts';

const base = { a: 'one', b: 'two', c: { d: 'three', e: 'four' } };
const mine = { a: 'mine', b: 'two', c: { d: 'three', e: 'mine' } };
const theirs = { a: 'theirs', b: 'theirs', c: { d: 'three', e: 'four' } };

describe('a conflict', () => {
  const conflict = clashOf({ base, mine, theirs, revision: 'r' });

  it('asks about the fields that both changed, and about no other', () => {
    expect(conflict.clashes).toEqual([{ path: ['a'], base: 'one', mine: 'mine', theirs: 'theirs' }]);
    expect(conflict.cameIn).toEqual([['b']]);
  });

  it('ends in what was chosen, with the edits of both sides', () => {
    const clash = conflict.clashes[0];
    if (clash === undefined) throw new Error('there is none');
    const rest = { b: 'theirs', c: { d: 'three', e: 'mine' } };
    expect(resolved(conflict, new Map([[clash, 'theirs']]))).toEqual({ a: 'theirs', ...rest });
    expect(resolved(conflict, new Map())).toEqual({ a: 'mine', ...rest });
  });

  it('asks about every difference where the beginning is not known', () => {
    const unknown = conflictOf({ base: null, mine, theirs, revision: 'r', pointers: [''] });
    expect(unknown?.clashes.map(({ path }) => path.join('.'))).toEqual(['a', 'b', 'c.e']);
  });

  it('cannot be shown where the versions are too long to be sent', () => {
    expect(conflictOf({ revision: 'r', pointers: ['/a'] })).toBeNull();
  });
});
