import { randomUUID } from 'node:crypto';
import { chmod, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifies } from '@gaze/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEntity } from '../../../src/editing/create.ts';
import type { WriteStep } from '../../../src/editing/deps.ts';
import { entityDetail, listProblems } from '../../../src/library/detail.ts';
import { edit, refusal, restarted, revisionOf, stoppingAfter, textOf } from '../../support/editing.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { containing } from '../../support/matchers.ts';

const elke = {
  character_id: 'elke',
  character_name: 'Elke',
  identity: { hair: 'silver hair', eyes: 'green eyes' },
  unknown: { kept: [1, 2] },
  tags: { nsfw: false },
};

async function withElke(): Promise<TestLibrary> {
  const on = await testLibrary();
  await on.data.put('characters', 'elke.json', elke);
  await on.library.scan('characters');
  await on.takeEvents();
  return on;
}

const hair = (text: string) => ({ type: 'patch' as const, patch: { identity: { hair: text } } });
const leftovers = async (on: TestLibrary): Promise<string[]> =>
  (await readdir(path.dirname(on.data.file('characters', 'x')))).filter((name) => name.startsWith('.'));
const revisions = (on: TestLibrary) =>
  on.db
    .selectFrom('entity_revision')
    .select(['state', 'made_by', 'action', 'before_hash', 'after_hash', 'after_text'])
    .orderBy('id')
    .execute();

/** File and row say the same, and nothing is on its way. */
async function expectAgreement(on: TestLibrary, slug = 'elke'): Promise<void> {
  const detail = await entityDetail(on.db, 'characters', slug);
  expect(detail.data).toEqual(
    JSON.parse((await textOf(on, 'characters', `${slug}.json`)).replace(/^\uFEFF/, '')),
  );
  expect((await revisions(on)).map(({ state }) => state)).not.toContain('pending');
  expect(await leftovers(on)).toEqual([]);
}

describe('an edit', () => {
  test('changes its field and no other byte, the row, the history, and tells it', async () => {
    await using on = await withElke();
    const before = await textOf(on, 'characters', 'elke.json');
    expect(
      await edit(on.writing, hair('black hair'), { ifMatch: await revisionOf(on, 'characters', 'elke') }),
    ).toEqual({ merged: false });
    expect(await textOf(on, 'characters', 'elke.json')).toBe(before.replace('silver hair', 'black hair'));
    await expectAgreement(on);
    expect(await revisions(on)).toMatchObject([{ state: 'done', made_by: 'user', action: 'edit' }]);
    expect(await on.takeEvents()).toMatchObject([{ type: 'entity.changed', entity: { slug: 'elke' } }]);
    // A scan finds nothing to do, also where it reads the file: its hash is known.
    expect(await on.library.scan('characters', { named: new Set(['elke.json']) })).toMatchObject([
      { changed: 0 },
    ]);
    expect(await revisions(on)).toHaveLength(1);
  });

  test('keeps the byte order mark, the rights of the file, and old indentation', async () => {
    await using on = await withElke();
    await on.data.put('characters', 'elke.json', `\uFEFF${JSON.stringify(elke, null, '\t')}\r\n`);
    await chmod(on.data.file('characters', 'elke.json'), 0o664);
    await edit(on.writing, hair('black hair'));
    expect(await textOf(on, 'characters', 'elke.json')).toBe(
      `\uFEFF${JSON.stringify(elke, null, '\t').replace('silver hair', 'black hair')}\r\n`,
    );
    expect((await stat(on.data.file('characters', 'elke.json'))).mode & 0o777).toBe(0o664);
    await expectAgreement(on);
  });

  test('on an older version merges where the fields differ', async () => {
    await using on = await withElke();
    const base = await revisionOf(on, 'characters', 'elke');
    await on.data.put('characters', 'elke.json', {
      ...elke,
      identity: { ...elke.identity, eyes: 'blue eyes' },
    });
    expect(await edit(on.writing, hair('black hair'), { ifMatch: base })).toEqual({ merged: true });
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject({
      identity: { hair: 'black hair', eyes: 'blue eyes' },
      unknown: { kept: [1, 2] },
    });
    await expectAgreement(on);
    // The edit from outside has a place of its own in the history.
    expect(await revisions(on)).toMatchObject([{ made_by: 'file' }, { made_by: 'user' }]);
  });

  test('on the same field is a conflict that holds both versions, and writes nothing', async () => {
    await using on = await withElke();
    const base = await revisionOf(on, 'characters', 'elke');
    await edit(on.writing, hair('red hair'));
    const theirs = await revisionOf(on, 'characters', 'elke');
    const error = await refusal(edit(on.writing, hair('black hair'), { ifMatch: base }));
    expect(error).toMatchObject({
      code: 'conflict',
      details: {
        base: { identity: { hair: 'silver hair' } },
        mine: { identity: { hair: 'black hair' } },
        theirs: { identity: { hair: 'red hair' } },
        revision: theirs,
        pointers: ['/identity/hair'],
      },
    });
    expect((await entityDetail(on.db, 'characters', 'elke')).revision).toBe(theirs);
    await expectAgreement(on);
  });

  test('the same on both sides is no conflict', async () => {
    await using on = await withElke();
    const base = await revisionOf(on, 'characters', 'elke');
    await edit(on.writing, hair('red hair'));
    await edit(on.writing, hair('red hair'), { ifMatch: base });
    expect(await revisions(on)).toHaveLength(1);
  });

  test('on a version that nobody knows is a conflict', async () => {
    await using on = await withElke();
    const error = await refusal(edit(on.writing, hair('x'), { ifMatch: 'f'.repeat(64) }));
    expect(error).toMatchObject({ code: 'conflict', details: { base: null } });
  });

  test('whole data replaces the fields that differ and takes away those that are not in it', async () => {
    await using on = await withElke();
    const { unknown: _unknown, ...rest } = elke;
    await edit(on.writing, { type: 'data', data: { ...rest, character_name: 'Elke M.' } });
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toEqual({
      ...rest,
      character_name: 'Elke M.',
    });
  });

  test('as a text is saved as it was written; faults are told with their place', async () => {
    await using on = await withElke();
    const text = '{"character_id": "elke",\n\n   "character_name": "Elke", "x":   1}';
    await edit(on.writing, { type: 'text', text });
    expect(await textOf(on, 'characters', 'elke.json')).toBe(text);
    expect(
      await refusal(edit(on.writing, { type: 'text', text: '{\n  "character_id": "elke",\n  "x": }' })),
    ).toMatchObject({
      code: 'invalid_input',
      message: containing('line 3, column 8'),
      details: { kind: 'syntax', line: 3, column: 8 },
    });
    expect(
      await refusal(
        edit(on.writing, {
          type: 'text',
          text: '{\n  "character_id": "elke",\n  "identity": {"hair": 3}\n}',
        }),
      ),
    ).toMatchObject({
      code: 'invalid_input',
      details: { kind: 'schema', line: 3, pointer: '/identity/hair' },
    });
    await expectAgreement(on);
  });

  test('as a text on an older version keeps its own layout and takes the other fields over', async () => {
    await using on = await withElke();
    const base = await revisionOf(on, 'characters', 'elke');
    await edit(on.writing, { type: 'patch', patch: { identity: { eyes: 'blue eyes' } } });
    const mine = JSON.stringify({ ...elke, character_name: 'Elke M.' }, null, 4);
    expect(await edit(on.writing, { type: 'text', text: mine }, { ifMatch: base })).toEqual({ merged: true });
    expect(await textOf(on, 'characters', 'elke.json')).toBe(mine.replace('green eyes', 'blue eyes'));
  });

  test('never changes the id, and says what to do instead', async () => {
    await using on = await withElke();
    const error = await refusal(edit(on.writing, { type: 'patch', patch: { character_id: 'other' } }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      field: 'character_id',
      message: containing('Rename'),
    });
  });

  test('never writes over a file with a fault', async () => {
    await using on = await withElke();
    await on.data.put('characters', 'elke.json', '{ "character_id": "elke", ');
    expect(await refusal(edit(on.writing, hair('x')))).toMatchObject({
      code: 'data_error',
      file: 'characters/elke.json',
      details: { kind: 'syntax', line: 1 },
    });
    expect(await textOf(on, 'characters', 'elke.json')).toBe('{ "character_id": "elke", ');
    expect(await listProblems(on.db)).toHaveLength(1);
  });

  test('of a file that is not there says so and hides nothing where the folder may not be mounted', async () => {
    await using on = await withElke();
    await on.data.remove('characters', 'elke.json');
    await rm(path.join(on.data.path, '.gaze-data'));
    expect(await refusal(edit(on.writing, hair('x')))).toMatchObject({
      code: 'data_error',
      message: containing('is not there'),
    });
    expect(await entityDetail(on.db, 'characters', 'elke')).toMatchObject({ slug: 'elke' });
    const created = createEntity(on.writing, { category: 'characters', id: 'new', by: 'user' });
    expect(await refusal(created)).toMatchObject({
      code: 'data_error',
      message: containing('may not be mounted'),
    });
    expect(await readdir(path.dirname(on.data.file('characters', 'x')))).toEqual([]);
  });

  test('that changes nothing writes nothing', async () => {
    await using on = await withElke();
    await edit(on.writing, hair('silver hair'));
    expect(await revisions(on)).toEqual([]);
    expect(await on.takeEvents()).toEqual([]);
  });

  test('many at once all land', async () => {
    await using on = await withElke();
    const base = await revisionOf(on, 'characters', 'elke');
    const keys = Array.from({ length: 12 }, (_, i) => `key_${i}`);
    await Promise.all(
      keys.map((key, i) => edit(on.writing, { type: 'patch', patch: { [key]: i } }, { ifMatch: base })),
    );
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject(
      Object.fromEntries(keys.map((key, i) => [key, i])),
    );
    await expectAgreement(on);
  });
});

/** Every step of a write, in its order. */
const steps: readonly WriteStep[] = [
  'checked',
  'pending',
  'linked',
  'written',
  'compared',
  'renamed',
  'synced',
  'verified',
  'committed',
];

/** How an editor saves: into the file as it lies there, or by a new one in its place. */
const saves = {
  async place(file: string, text: string): Promise<void> {
    await writeFile(file, text);
  },
  async rename(file: string, text: string): Promise<void> {
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
  },
};

describe(verifies('R12', 'GAZE and an editor change one file at once'), () => {
  /** An editor that had the file open saves another field, or the same, at one step of our write. */
  async function interleave(
    on: TestLibrary,
    step: WriteStep,
    how: keyof typeof saves,
    same: boolean,
  ): Promise<void> {
    const slug = `c_${randomUUID().slice(0, 8)}`;
    const file = on.data.file('characters', `${slug}.json`);
    const before = { ...elke, character_id: slug };
    await on.data.put('characters', `${slug}.json`, before);
    await on.library.scan('characters', { named: new Set([`${slug}.json`]) });
    const ifMatch = await revisionOf(on, 'characters', slug);
    const theirs = {
      ...before,
      identity: { ...elke.identity, ...(same ? { hair: 'their hair' } : { eyes: 'their eyes' }) },
    };
    let saved = false;
    const disturbed = {
      ...on.writing,
      async onStep(reached: WriteStep) {
        if (saved || reached !== step) return;
        saved = true;
        await saves[how](file, `${JSON.stringify(theirs, null, 2)}\n`);
      },
    };
    const outcome = await edit(disturbed, hair('my hair'), { slug, ifMatch }).then(
      () => 'written',
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'conflict' });
        return 'conflict';
      },
    );
    await on.library.scan('characters', { named: new Set([`${slug}.json`]) });
    await expectAgreement(on, slug);
    const now = (await entityDetail(on.db, 'characters', slug)).data as typeof elke;
    const history = await on.db
      .selectFrom('entity_revision')
      .select('after_text')
      .where('slug', '=', slug)
      .execute();
    const inHistory = (text: string): boolean =>
      history.some(({ after_text }) => after_text?.includes(text) === true);
    // Neither edit is lost: it is in the file; or it is in the history, and whoever made it in GAZE was told.
    const where = `${step} ${how} ${same ? 'same field' : 'other field'}: ${outcome}`;
    const mine = now.identity.hair === 'my hair';
    const editors = same ? now.identity.hair === 'their hair' : now.identity.eyes === 'their eyes';
    expect([where, mine || editors]).toEqual([where, true]);
    if (!editors)
      expect([where, inHistory(same ? 'their hair' : 'their eyes'), outcome]).toEqual([
        where,
        true,
        'conflict',
      ]);
    if (!mine) expect([where, inHistory('my hair') || outcome === 'conflict']).toEqual([where, true]);
  }

  test('whenever an editor saves, and however, no edit is lost', async () => {
    await using on = await testLibrary();
    const moment = fc.record({
      step: fc.constantFrom(...steps),
      how: fc.constantFrom<keyof typeof saves>('place', 'rename'),
      same: fc.boolean(),
    });
    // The one gap that is stated: a save by rename between our last look and our own rename.
    const stated = ({ step, how }: { step: WriteStep; how: string }): boolean =>
      step === 'compared' && how === 'rename';
    await fc.assert(
      fc.asyncProperty(
        moment.filter((at) => !stated(at)),
        ({ step, how, same }) => interleave(on, step, how, same),
      ),
      { numRuns: 120, endOnFailure: true },
    );
  });

  test('an editor that still has the old file open at the end is not lost either', async () => {
    await using on = await withElke();
    const editor = await open(on.data.file('characters', 'elke.json'), 'r+');
    const late = JSON.stringify({ ...elke, character_name: 'Late save' });
    const disturbed = {
      ...on.writing,
      async onStep(step: WriteStep) {
        if (step !== 'committed') return;
        await editor.truncate(0);
        await editor.write(late, 0);
        await editor.close();
      },
    };
    expect(await refusal(edit(disturbed, hair('my hair')))).toMatchObject({ code: 'conflict' });
    expect(await revisions(on)).toMatchObject([{ state: 'done' }, { state: 'conflict', after_text: late }]);
    await expectAgreement(on);
  });

  test('an editor that never stops saving is told, not fought', async () => {
    await using on = await withElke();
    let count = 0;
    const disturbed = {
      ...on.writing,
      async onStep(step: WriteStep) {
        if (step !== 'written') return;
        count++;
        await on.data.put('characters', 'elke.json', { ...elke, count });
      },
    };
    expect(await refusal(edit(disturbed, hair('x')))).toMatchObject({ code: 'conflict' });
    await on.library.scan('characters');
    await expectAgreement(on);
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject({ count });
  });
});

describe('a write that is cut off', () => {
  test.each(steps)('after «%s» is finished or forgotten by the next scan', async (step) => {
    await using on = await withElke();
    const cut = stoppingAfter(on.writing, step);
    void edit(cut.writing, hair('black hair'));
    await cut.reached;
    const written = steps.indexOf(step) >= steps.indexOf('renamed');

    const { library } = restarted(on);
    await library.scan('characters');
    const detail = await entityDetail(on.db, 'characters', 'elke');
    expect(detail.data).toMatchObject({ identity: { hair: written ? 'black hair' : 'silver hair' } });
    // Its own bytes are known by their hash: no edit from outside is made of them.
    expect((await revisions(on)).map(({ made_by, state }) => [made_by, state])).toEqual(
      written ? [['user', 'done']] : [],
    );
    await library.scan('characters');
    await expectAgreement(on);
    await library.stop();
  });

  test('and then edited from outside keeps both in the history', async () => {
    await using on = await withElke();
    const cut = stoppingAfter(on.writing, 'renamed');
    void edit(cut.writing, hair('black hair'));
    await cut.reached;
    await on.data.put('characters', 'elke.json', { ...elke, character_name: 'From outside' });
    const { library } = restarted(on);
    await library.scan('characters');
    await expectAgreement(on);
    expect((await revisions(on)).map(({ made_by, state }) => [made_by, state])).toEqual([
      ['user', 'done'],
      ['file', 'done'],
    ]);
    expect((await entityDetail(on.db, 'characters', 'elke')).name).toBe('From outside');
    await library.stop();
  });

  test('with an editor’s last save behind the old name keeps that as a conflict', async () => {
    await using on = await withElke();
    const cut = stoppingAfter(on.writing, 'compared');
    const file = on.data.file('characters', 'elke.json');
    void edit(
      {
        ...cut.writing,
        async onStep(step) {
          if (step === 'compared')
            await saves.place(file, JSON.stringify({ ...elke, character_name: 'Late save' }));
          if (step === 'renamed') await stopped.writing.onStep?.('renamed');
        },
      },
      hair('black hair'),
    );
    const stopped = stoppingAfter(on.writing, 'renamed');
    await stopped.reached;
    const { library } = restarted(on);
    await library.scan('characters');
    expect(await revisions(on)).toMatchObject([
      { state: 'done', made_by: 'user' },
      { state: 'conflict', made_by: 'file', after_text: containing('Late save') },
    ]);
    await expectAgreement(on);
    await library.stop();
  });

  test('because the database was away is finished by the next write', async () => {
    await using on = await withElke();
    const cut = stoppingAfter(on.writing, 'verified');
    void edit(cut.writing, hair('black hair'));
    await cut.reached;
    const { writing, library } = restarted(on);
    await edit(writing, { type: 'patch', patch: { character_name: 'Next' } });
    expect((await entityDetail(on.db, 'characters', 'elke')).data).toMatchObject({
      character_name: 'Next',
      identity: { hair: 'black hair' },
    });
    expect((await revisions(on)).map(({ state }) => state)).toEqual(['done', 'done']);
    await library.stop();
  });
});

test('writers get their turn while a scan is under way, and neither undoes the other', async () => {
  await using on = await withElke();
  for (let i = 0; i < 450; i++) await on.data.put('characters', `n${i}.json`, { character_id: `n${i}` });
  const scanning = on.library.scan('characters');
  const edits = Array.from({ length: 8 }, (_, i) =>
    edit(on.writing, { type: 'patch', patch: { [`k${i}`]: i } }),
  );
  const [results] = await Promise.all([scanning, ...edits]);
  expect(results).toMatchObject([{ added: 450, problems: 0 }]);
  await on.library.scan('characters');
  await expectAgreement(on);
  expect((await revisions(on)).every(({ made_by }) => made_by === 'user')).toBe(true);
});
