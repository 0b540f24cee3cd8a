import { access, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportReport } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import { tempDir, verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { deleteEntity } from '../../../src/editing/delete.ts';
import { newReport } from '../../../src/import/deps.ts';
import { runImport } from '../../../src/import/run.ts';
import { openSource } from '../../../src/import/source-folder.ts';
import { changeEntity, entityDetail } from '../../../src/library/detail.ts';
import { edit, refusal } from '../../support/editing.ts';
import { containing } from '../../support/matchers.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import type { Original } from './original.ts';
import { entries, original, plantedSecrets } from './original.ts';

async function take(on: TestLibrary, from: Original, dryRun = false): Promise<ImportReport> {
  const report = newReport();
  await runImport({
    ...{ writing: on.writing, store: on.store, llmIsFixed: false, dryRun, report },
    folder: await openSource(from.path, null),
    rescanPictures: on.images.rescan,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return report;
}

const counts = ({ entries, pictures, sidecars, marks }: ImportReport) => ({
  entries,
  pictures,
  sidecars,
  marks,
});
const untouched = (report: ImportReport) =>
  Object.values(counts(report)).every(({ added, updated }) => added === 0 && updated === 0);

describe(verifies('import.original', 'an installation of the Flask original is taken over'), () => {
  test('completely: entries, pictures with marks, favourites, defaults, covers, settings', async () => {
    await using on = await testLibrary();
    await using from = await original();
    const before = await everyFile(from.path);
    const report = await take(on, from);
    expect(counts(report)).toEqual({
      // Nine files and the one that only the database had.
      entries: { added: 10, updated: 0, same: 0, kept: 0 },
      pictures: { added: 3, updated: 0, same: 0, kept: 0 },
      sidecars: { added: 2, updated: 0, same: 0, kept: 0 },
      marks: { added: 6, updated: 0, same: 0, kept: 0 },
    });
    for (const name of Object.keys(entries))
      expect(await readFile(path.join(on.data.path, name), 'utf8'), name).toEqual(
        name === 'clothing/french_maid_01.json'
          ? containing('"nsfw": true')
          : await readFile(from.file(`data/${name}`), 'utf8'),
      );
    expect(await entityDetail(on.db, 'characters', 'tifa_lockhart')).toMatchObject({
      ...{
        is_favourite: true,
        default_fields: ['identity::hair', 'wardrobe::top'],
        active_outfit: 'default',
      },
      cover: { kind: 'own', url: containing('characters/tifa_lockhart/gen_1700000001.png') },
      image_count: 2,
    });
    const pictures = await on.db
      .selectFrom('image')
      .select(['key', 'is_favourite', 'is_nsfw'])
      .orderBy('key')
      .execute();
    expect(pictures).toEqual([
      { key: 'characters/tifa_lockhart/gen_1700000000.png', is_favourite: true, is_nsfw: false },
      { key: 'characters/tifa_lockhart/gen_1700000001.png', is_favourite: false, is_nsfw: false },
      { key: 'outfits/french_maid_01/gen_1700000002.png', is_favourite: false, is_nsfw: true },
    ]);
    expect((await entityDetail(on.db, 'outfits', 'french_maid_01')).is_nsfw).toBe(true);
    expect((await entityDetail(on.db, 'scenes', 'lost_file')).is_favourite).toBe(true);
    expect(report.settings).toEqual([
      'Default checkpoint: Illustrious/model.safetensors',
      'Language model: llama3 at http://127.0.0.1:11434/v1',
      containing('Workflow: workflows/flask_original.json'),
    ]);
    expect(report.problems).toEqual([
      { file: 'data/characters/broken.json', message: containing('') },
      { file: 'static/uploads/characters/tifa_lockhart/page.png', message: 'The file is no picture.' },
    ]);
    expect(report.notes.join(' ')).toMatch(/1 covers .*1 files .*neither|1 files .*1 covers/);
    expect(await everyFile(from.path), 'the original is only read').toEqual(before);
  });

  test(verifies('S2', 'no secret of the original is taken over, in clear or otherwise'), async () => {
    await using on = await testLibrary();
    await using from = await original();
    const report = await take(on, from);
    expect(report.notes).toContainEqual(containing('Secrets of the original are not taken'));
    const { rows } = await sql<{ text: string }>`
      SELECT query_to_xml('SELECT * FROM setting', true, false, '')::text || query_to_xml('SELECT * FROM event', true, false, '')::text AS text`.execute(
      on.db,
    );
    for (const secret of plantedSecrets) {
      expect(JSON.stringify(report)).not.toContain(secret);
      expect(rows[0]?.text).not.toContain(secret);
    }
  });

  test('a second run changes nothing, and writes nothing', async () => {
    await using on = await testLibrary();
    await using from = await original();
    await take(on, from);
    const before = [
      await everyFile(on.data.path),
      await on.db.selectFrom('entity_revision').selectAll().execute(),
    ];
    const again = await take(on, from);
    expect(untouched(again)).toBe(true);
    expect(again.entries).toMatchObject({ same: 9, kept: 1 });
    expect(again.settings).toEqual([]);
    expect([
      await everyFile(on.data.path),
      await on.db.selectFrom('entity_revision').selectAll().execute(),
    ]).toEqual(before);
  });

  test('a look takes nothing and says what it would take', async () => {
    await using on = await testLibrary();
    await using from = await original();
    const report = await take(on, from, true);
    expect(report).toMatchObject({ entries: { added: 10 }, pictures: { added: 3 } });
    expect(await on.db.selectFrom('entity').select('slug').execute()).toEqual([]);
    expect(await on.db.selectFrom('imported').selectAll().execute()).toEqual([]);
    expect((await readdir(on.data.path)).sort()).toEqual(['.gaze-data']);
  });
});

describe(verifies('import.keeps-edits', 'what was changed here since an import stays'), () => {
  test('an entry that was edited or deleted, a mark that was taken away; the rest follows the original', async () => {
    await using on = await testLibrary();
    await using from = await original();
    await take(on, from);
    await edit(
      on.writing,
      { type: 'patch', patch: { identity: { hair: 'short red hair' } } },
      { slug: 'tifa_lockhart' },
    );
    await changeEntity(on.db, 'characters', 'tifa_lockhart', { is_favourite: false });
    await deleteEntity(on.writing, { category: 'scenes', slug: 'beach', by: 'user', hard: false });
    await from.write(
      'data/characters/tifa_lockhart.json',
      JSON.stringify({ ...entries['characters/tifa_lockhart.json'], character_name: 'Tifa L.' }),
    );
    await from.write(
      'data/actions/sitting.json',
      JSON.stringify({ ...entries['actions/sitting.json'], action_name: 'Sitting down' }),
    );
    from.change(`UPDATE character SET default_fields = '["identity::eyes"]'`);
    const report = await take(on, from);
    expect(report.entries).toMatchObject({ added: 0, updated: 1 });
    const tifa = await entityDetail(on.db, 'characters', 'tifa_lockhart');
    expect(tifa).toMatchObject({
      name: 'Tifa Lockhart',
      is_favourite: false,
      default_fields: ['identity::eyes'],
    });
    expect(tifa.data).toMatchObject({ identity: { hair: 'short red hair' } });
    expect((await entityDetail(on.db, 'actions', 'sitting')).name).toBe('Sitting down');
    expect((await refusal(entityDetail(on.db, 'scenes', 'beach'))).code).toBe('not_found');
  });

  test('an entry that was here before any import, and the marks of people here', async () => {
    await using on = await testLibrary();
    await using from = await original();
    await on.data.put('characters', 'mine.json', {
      character_id: 'tifa_lockhart',
      character_name: 'My Tifa',
    });
    await on.library.scan();
    await changeEntity(on.db, 'characters', 'tifa_lockhart', { default_fields: ['identity::base_specs'] });
    const report = await take(on, from);
    expect(report.entries).toMatchObject({ added: 9, kept: 1 });
    expect(report.marks).toMatchObject({ kept: 1 });
    expect(await entityDetail(on.db, 'characters', 'tifa_lockhart')).toMatchObject({
      ...{
        name: 'My Tifa',
        filename: 'mine.json',
        is_favourite: true,
        default_fields: ['identity::base_specs'],
      },
    });
  });

  test('marks of a picture that were changed here', async () => {
    await using on = await testLibrary();
    await using from = await original();
    await take(on, from);
    const sidecar = 'characters/tifa_lockhart/gen_1700000000.png.json';
    await on.store.put(sidecar, Buffer.from('{"is_favourite": false, "rating": 3}'));
    await from.write(`static/uploads/${sidecar}`, '{"is_favourite": true, "is_nsfw": true}');
    await from.write(
      'static/uploads/clothing/french_maid_01/gen_1700000002.png.json',
      '{"is_favourite": true, "is_nsfw": true}',
    );
    const report = await take(on, from);
    expect(report.sidecars).toEqual({ added: 0, updated: 1, same: 0, kept: 1 });
    expect((await readAll(on.store, sidecar)).toString()).toContain('"rating": 3');
    const maid = await on.db
      .selectFrom('image')
      .select('is_favourite')
      .where('owner_category', '=', 'outfits')
      .executeTakeFirstOrThrow();
    expect(maid.is_favourite).toBe(true);
  });
});

describe(verifies('S5', 'an import reads the original and nothing else'), () => {
  test('links in it are left out, and names in its database lead nowhere', async () => {
    await using on = await testLibrary();
    await using from = await original();
    await using elsewhere = await tempDir();
    await writeFile(
      path.join(elsewhere.path, 'secret.png'),
      await readFile(from.file('static/uploads/characters/tifa_lockhart/gen_1700000001.png')),
    );
    await symlink(elsewhere.path, from.file('static/uploads/characters/linked'));
    await symlink(
      path.join(elsewhere.path, 'secret.png'),
      from.file('static/uploads/characters/tifa_lockhart/linked.png'),
    );
    const report = await take(on, from);
    expect(report.pictures.added).toBe(3);
    await expect(access(path.join(on.data.path, 'evil.json'))).rejects.toThrow();
  });

  test('a folder outside of the allowed ones is refused, also behind a link', async () => {
    await using from = await original();
    await using root = await tempDir();
    await symlink(from.path, path.join(root.path, 'link'));
    for (const given of [
      from.path,
      path.join(root.path, '..', path.basename(from.path)),
      path.join(root.path, 'link'),
    ])
      expect(await refusal(openSource(given, [root.path])), given).toMatchObject({
        code: 'malformed_request',
      });
    expect((await refusal(openSource(from.path, []))).message).toContain('IMPORT_ROOTS');
    expect((await refusal(openSource('data', null))).code).toBe('invalid_input');
    expect((await refusal(openSource(root.path, null))).message).toContain('app.py');
    expect(await openSource(from.path, [path.dirname(from.path)])).toBe(from.path);
    await rm(root.path, { recursive: true });
    expect((await refusal(openSource(root.path, null))).message).toContain('There is no folder');
  });
});

async function everyFile(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(name, 'base64')] as const)),
  );
}
