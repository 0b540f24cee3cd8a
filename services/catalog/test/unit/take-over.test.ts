import { categories } from '@gaze/contracts';
import { expect, test } from 'vitest';
import { parseEntity } from '../../src/library/parse-entity.ts';
import type { KnownEntity } from '../../src/library/plan-scan.ts';
import { entityRow } from '../../src/library/row.ts';
import { decide, knownRows, remember } from '../../src/library/take-over.ts';

const stamp = { size: 1, mtimeMs: 1, ctimeMs: 1, inode: '1' };

function row(filename: string, data: object) {
  const parsed = parseEntity(Buffer.from(JSON.stringify(data)), categories.characters);
  if (!parsed.ok) throw new Error(parsed.fault.message);
  return entityRow(categories.characters, filename, { ...parsed, stamp });
}

const known = (slug: string, more: Partial<KnownEntity> = {}): KnownEntity => ({
  slug,
  filename: `${slug}.json`,
  revision: 'other',
  gone: false,
  ...stamp,
  ...more,
});

function decideFor(
  filename: string,
  data: object,
  entities: KnownEntity[],
  there: string[] = entities.map((entity) => entity.filename),
) {
  return decide({
    declaration: categories.characters,
    row: row(filename, data),
    known: knownRows(entities),
    isThere: (name) => there.includes(name),
  });
}

test('a new id is a new entry', () => {
  expect(decideFor('elke.json', { character_id: 'elke' }, [])).toEqual({ type: 'add' });
});

test('new content of a known file is a change, the same content is none', () => {
  const data = { character_id: 'elke' };
  expect(decideFor('elke.json', data, [known('elke')])).toMatchObject({
    type: 'change',
    before: { slug: 'elke' },
  });
  expect(
    decideFor('elke.json', data, [known('elke', { revision: row('elke.json', data).revision })]),
  ).toMatchObject({ type: 'same' });
});

test('a row of a vanished file goes to the file that now has its id', () => {
  expect(decideFor('renamed.json', { character_id: 'elke' }, [known('elke')], [])).toMatchObject({
    type: 'change',
    before: { filename: 'elke.json' },
  });
  expect(decideFor('renamed.json', { character_id: 'elke' }, [known('elke', { gone: true })])).toMatchObject({
    type: 'change',
  });
});

test('on a collision the file that has the row keeps it', () => {
  const decision = decideFor('second.json', { character_id: 'elke' }, [known('elke')]);
  expect(decision).toMatchObject({
    type: 'refuse',
    contested: 'elke',
    fault: { kind: 'collision', pointer: '/character_id', line: 1, column: 17 },
  });
});

test('ids that differ only in characters that an address drops collide', () => {
  expect(decideFor('b.json', { character_id: 'el-ke' }, [known('elke')])).toMatchObject({
    type: 'refuse',
    contested: 'elke',
  });
});

test('an id does not change in edits', () => {
  const decision = decideFor('elke.json', { character_id: 'other' }, [known('elke')]);
  expect(decision).toMatchObject({
    type: 'refuse',
    contested: null,
    fault: { kind: 'schema', pointer: '/character_id' },
  });
  expect(decision.type === 'refuse' && decision.fault.message).toContain('«elke» to «other»');
});

test.each([
  [{ character_id: '日本' }, 'holds no letter or digit'],
  [{ character_id: 'x'.repeat(201) }, 'more than 200'],
  [{ character_id: 'x', character_name: 'n'.repeat(501) }, 'more than 500'],
])('what fits no address or index is refused', (data, says) => {
  const decision = decideFor('x.json', data, []);
  expect(decision.type === 'refuse' && decision.fault.message).toContain(says);
});

test('what a scan took over counts for its later files', () => {
  const rows = knownRows([known('elke')]);
  remember(rows, row('renamed.json', { character_id: 'elke' }));
  expect(rows.byFile.has('elke.json')).toBe(false);
  expect(rows.byFile.get('renamed.json')).toBe(rows.bySlug.get('elke'));
});
