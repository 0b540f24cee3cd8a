import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planModelScan } from '../../../src/models/plan.ts';
import type { KnownModel } from '../../../src/models/plan.ts';
import type { FoundModel } from '../../../src/models/walk.ts';

const found = (name: string, inode: string, mtimeMs = 1): FoundModel => ({ name, bytes: 10, mtimeMs, inode });
const known = (name: string, inode: string, is_gone = false): KnownModel => ({
  name,
  bytes: 10,
  mtime_ms: 1,
  inode,
  is_gone,
});
const none = { fresh: [], changed: [], renamed: [], back: [], gone: [], warning: null };

test('nothing new, new, changed, gone, back', () => {
  expect(planModelScan([found('a', '1')], [known('a', '1')])).toEqual(none);
  expect(planModelScan([found('a', '1')], [])).toEqual({ ...none, fresh: [found('a', '1')] });
  expect(planModelScan([found('a', '1', 2)], [known('a', '1')])).toEqual({
    ...none,
    changed: [found('a', '1', 2)],
  });
  expect(planModelScan([], [known('a', '1')])).toEqual({ ...none, gone: ['a'] });
  expect(planModelScan([], [known('a', '1', true)])).toEqual(none);
  expect(planModelScan([found('a', '1')], [known('a', '1', true)])).toEqual({ ...none, back: ['a'] });
});

test('the same file under another name is a rename, once', () => {
  expect(planModelScan([found('b', '1')], [known('a', '1')])).toEqual({
    ...none,
    renamed: [{ from: 'a', to: found('b', '1') }],
  });
  // Two links to one file: one is the rename, the other is new.
  const two = planModelScan([found('b', '1'), found('c', '1')], [known('a', '1')]);
  expect([two.renamed.length, two.fresh.length, two.gone]).toEqual([1, 1, []]);
  // A file that changed its bytes and its name is no rename.
  expect(planModelScan([found('b', '1', 9)], [known('a', '1')])).toMatchObject({ renamed: [], gone: ['a'] });
  // Names that two files swapped are two changes.
  expect(
    planModelScan([found('a', '2'), found('b', '1')], [known('a', '1'), known('b', '2')]).changed,
  ).toHaveLength(2);
});

test('many gone at once are not believed', () => {
  const many = Array.from({ length: 100 }, (_, i) => known(`m${i}`, String(i)));
  expect(planModelScan([], many)).toEqual({ ...none, warning: 100 });
  const few = many.slice(0, 20);
  expect(planModelScan([], few).gone).toHaveLength(20);
  const most = many.slice(21).map(({ name, inode }) => found(name, inode));
  expect(planModelScan(most, many)).toMatchObject({ warning: 21, gone: [] });
});

test('every file and every row ends in one place', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
  const inode = fc.constantFrom('1', '2', '3', '4', '5', '6');
  fc.assert(
    fc.property(
      names,
      names,
      fc.array(inode, { minLength: 12, maxLength: 12 }),
      fc.boolean(),
      (here, rows, inodes, gone) => {
        const files = here.map((name, i) => found(name, inodes[i] ?? ''));
        const table = rows.map((name, i) => known(name, inodes[i + 6] ?? '', gone));
        const plan = planModelScan(files, table);
        const placed = [...plan.fresh, ...plan.changed, ...plan.renamed.map(({ to }) => to)].map(
          ({ name }) => name,
        );
        expect(new Set([...placed, ...plan.back]).size).toBe(placed.length + plan.back.length);
        for (const name of plan.gone) expect(here).not.toContain(name);
        for (const { from, to } of plan.renamed) {
          expect(here).not.toContain(from);
          expect(here).toContain(to.name);
        }
      },
    ),
  );
});
