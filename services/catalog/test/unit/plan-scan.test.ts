import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnownEntity, KnownProblem } from '../../src/library/plan-scan.ts';
import { planReads, unmountedWarning } from '../../src/library/plan-scan.ts';
import type { FileStamp } from '../../src/library/stamp.ts';

const stamp = (n: number): FileStamp => ({ size: n, mtimeMs: n, ctimeMs: n, inode: String(n) });
const entity = (slug: string, n: number, more: Partial<KnownEntity> = {}): KnownEntity => ({
  slug,
  filename: `${slug}.json`,
  revision: 'r',
  gone: false,
  ...stamp(n),
  ...more,
});
const problem = (slug: string, n: number, mayHeal = false): KnownProblem => ({
  file: `${slug}.json`,
  mayHeal,
  ...stamp(n),
});
const seen = (files: Record<string, number>): Map<string, FileStamp> =>
  new Map(Object.entries(files).map(([slug, n]) => [`${slug}.json`, stamp(n)]));

describe('planReads', () => {
  test('reads new and changed files, in the order of their names, and nothing else', () => {
    const plan = planReads({
      entities: [entity('a', 1), entity('b', 1)],
      problems: [],
      seen: seen({ c: 1, b: 2, a: 1 }),
    });
    expect(plan).toEqual({ read: ['b.json', 'c.json'], restore: [], missing: [] });
  });

  test.each(['size', 'mtimeMs', 'ctimeMs', 'inode'] as const)('a change of %s alone is a change', (key) => {
    const changed = new Map([['a.json', { ...stamp(1), [key]: key === 'inode' ? '9' : 9 }]]);
    expect(planReads({ entities: [entity('a', 1)], problems: [], seen: changed }).read).toEqual(['a.json']);
  });

  test('a hidden row whose file is back unchanged comes back without a reading', () => {
    const plan = planReads({
      entities: [entity('a', 1, { gone: true })],
      problems: [],
      seen: seen({ a: 1 }),
    });
    expect(plan).toEqual({ read: [], restore: ['a'], missing: [] });
  });

  test('a hidden row stays hidden while another entry lives under its old file name', () => {
    const entities = [
      entity('old', 1, { filename: 'x.json', gone: true }),
      entity('new', 1, { filename: 'x.json' }),
    ];
    expect(planReads({ entities, problems: [], seen: seen({ x: 1 }) })).toEqual({
      read: [],
      restore: [],
      missing: [],
    });
  });

  test('an unchanged faulty file is not read again, one that may heal is', () => {
    const problems = [problem('a', 5), problem('b', 5, true)];
    expect(planReads({ entities: [entity('a', 1)], problems, seen: seen({ a: 5, b: 5 }) }).read).toEqual([
      'b.json',
    ]);
  });

  test('a faulty file without a row is not missing when it goes', () => {
    expect(planReads({ entities: [], problems: [problem('a', 1)], seen: new Map() }).missing).toEqual([]);
  });

  test('what the watcher names is read whatever its stamp says', () => {
    const plan = planReads({
      entities: [entity('a', 1), entity('b', 1)],
      problems: [],
      seen: seen({ a: 1, b: 1 }),
      named: new Set(['b.json', 'gone.json']),
    });
    expect(plan.read).toEqual(['b.json']);
  });

  test('every file is in one list at most, and a scan that took everything over has nothing left to do', () => {
    const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.nat(3)),
        fc.dictionary(name, fc.nat(3)),
        fc.array(name),
        (known, files, gone) => {
          const entities = Object.entries(known).map(([slug, n]) =>
            entity(slug, n, { gone: gone.includes(slug) }),
          );
          const plan = planReads({ entities, problems: [], seen: seen(files) });
          const named = [...plan.read, ...plan.restore.map((slug) => `${slug}.json`), ...plan.missing];
          expect(new Set(named).size).toBe(named.length);
          const after = Object.entries(files).map(([slug, n]) => entity(slug, n));
          expect(planReads({ entities: after, problems: [], seen: seen(files) })).toEqual({
            read: [],
            restore: [],
            missing: [],
          });
        },
      ),
    );
  });
});

describe('unmountedWarning', () => {
  const input = { folder: 'characters', markerPresent: true, missing: 21, present: 100 };
  test.each([
    ['nothing missing', { missing: 0, markerPresent: false }, null],
    ['one missing', { missing: 1 }, null],
    ['twenty of twenty', { missing: 20, present: 20 }, null],
    ['over twenty and over a fifth', {}, '21 of 100 files'],
    ['over twenty, a fifth exactly', { present: 105 }, null],
    ['one missing and no marker', { missing: 1, markerPresent: false }, 'no .gaze-data file'],
  ])('%s', (_name, change, expected) => {
    const warning = unmountedWarning({ ...input, ...change });
    if (expected === null) expect(warning).toBeNull();
    else expect(warning).toContain(expected);
  });
});
