import { createHash } from 'node:crypto';
import { access, appendFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAll } from '@gaze/media';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableList, leftOut } from '../../../src/backup/table-list.ts';
import { restoreBackup } from '../../../src/backup/restore.ts';
import { writeFolder } from '../../../src/backup/write-folder.ts';
import type { Db } from '../../../src/db/connect.ts';
import { migrateTo } from '../../../src/db/migrate.ts';
import { entityDetail } from '../../../src/library/detail.ts';
import { refusal } from '../../support/editing.ts';
import { containing } from '../../support/matchers.ts';
import type { Prepared } from './prepared.ts';
import { fresh, oddText, prepared } from './prepared.ts';

const at = new Date('2026-03-04T05:06:07Z');
const choice = { pictures: true, keyFile: null, at, update: false };

let house: Prepared;
beforeAll(async () => {
  house = await prepared();
});
afterAll(() => house[Symbol.asyncDispose]());

let number = 0;
const newFolder = (): string => path.join(house.scratch, `backup-${number++}`);
const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Every row of every table that a backup holds, as PostgreSQL's own text. */
async function allRows(db: Db, but: readonly string[]): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const { name, columns } of await tableList(db)) {
    if (leftOut.has(name) || but.includes(name)) continue;
    const texts = sql.join(columns.map((column) => sql`${sql.ref(column.name)}::text`));
    const { rows } = await sql<{ row: string }>`
      SELECT json_build_array(${texts})::text AS row FROM ${sql.table(name)} ORDER BY 1`.execute(db);
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

describe(verifies('R14', 'a backup and a restore bring back what only the database knew'), () => {
  test('a restore into an empty database gives every row back to the letter', async () => {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await using other = await fresh({ dataDir: house.on.data.path, storeRoot: house.on.storeRoot });
    const report = await restoreBackup(
      { db: other.db, store: other.store, dataDir: other.dataDir, promptsDir: null, keyFile: null },
      folder,
      { at },
    );
    expect(report).toMatchObject({ restored: 0, replaced: 0, openJobs: 1, picturesWithoutFile: 0 });
    // What was under way waits, in a paused queue; everything else is as it was.
    const settled = ['job', 'attempt', 'setting'];
    const [before, after] = [await allRows(house.on.db, settled), await allRows(other.db, settled)];
    expect(after).toEqual(before);
    expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(5);
  });

  test('into an empty house everything comes back, and a scan changes nothing of it', async () => {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await using other = await fresh();
    const promptsDir = path.join(other.dataDir, '../prompts');
    const report = await restoreBackup(
      { db: other.db, store: other.store, dataDir: other.dataDir, promptsDir, keyFile: null },
      folder,
      { at },
    );
    expect(report).toMatchObject({ same: 0, kept: 0, replaced: 0 });
    await other.scan();
    const detail = await entityDetail(other.db, 'characters', 'elke');
    expect(detail).toEqual(await entityDetail(house.on.db, 'characters', 'elke'));
    expect(detail).toMatchObject({
      ...{ is_favourite: true, default_fields: ['identity::hair'], active_outfit: 'winter' },
      state: { seed: 7 },
      cover: { kind: 'own', url: containing(house.pictureKey) },
      images: [{ is_favourite: true, rating: 4 }],
    });
    for (const file of ['characters/elke.json', 'scenes/quay.json', 'workflows/mine.json', '.gaze-data'])
      expect(await readFile(path.join(other.dataDir, file), 'utf8'), file).toEqual(
        file === '.gaze-data'
          ? containing('mounted')
          : await readFile(path.join(house.on.data.path, file), 'utf8'),
      );
    expect(await readFile(path.join(promptsDir, 'character_system.txt'), 'utf8')).toBe(
      'Write a character.\n',
    );
    expect(await readAll(other.store, house.pictureKey)).toEqual(
      await readAll(house.on.store, house.pictureKey),
    );
    expect(await other.store.exists(`${house.pictureKey}.json`)).toBe(true);
    const revisions = await other.db.selectFrom('entity_revision').select(['before_text', 'state']).execute();
    expect(revisions).toEqual([{ before_text: oddText, state: 'done' }]);
  });

  test('an open job waits in a paused queue, and its attempt is lost', async () => {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await using other = await fresh();
    await restoreBackup(targetOf(other), folder, { at });
    const job = await other.db.selectFrom('job').selectAll().executeTakeFirstOrThrow();
    expect(job).toMatchObject({
      status: 'waiting',
      host_id: null,
      seed: 2 ** 53 - 1,
      loras: ['a "quoted", one', 'ü'],
    });
    expect(await other.db.selectFrom('attempt').select('status').execute()).toEqual([{ status: 'lost' }]);
    const queue = await other.db
      .selectFrom('setting')
      .select('value')
      .where('key', '=', 'queue.image')
      .executeTakeFirstOrThrow();
    expect(queue.value).toMatchObject({ paused: true });
  });

  test('new rows are numbered after those that came back', async () => {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await using other = await fresh();
    await restoreBackup(targetOf(other), folder, { at });
    const last = await other.db.selectFrom('entity_revision').select('id').executeTakeFirstOrThrow();
    const row = {
      category: 'scenes' as const,
      slug: 'quay',
      made_by: 'file',
      before_hash: null,
      after_hash: null,
      before_text: null,
      after_text: null,
      note: null,
    };
    const next = await other.db
      .insertInto('entity_revision')
      .values(row)
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(next.id).toBe(last.id + 1);
  });
});

const targetOf = (other: { db: Db; store: Prepared['source']['store']; dataDir: string }) => ({
  ...{ db: other.db, store: other.store, dataDir: other.dataDir, promptsDir: null, keyFile: null },
});

describe(verifies('backup.refuses', 'a restore checks everything before it changes anything'), () => {
  async function broken(how: (folder: string) => Promise<void>): Promise<string> {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await how(folder);
    await using other = await fresh();
    const error = await refusal(restoreBackup(targetOf(other), folder, { at, onDifference: 'overwrite' }));
    expect(await other.db.selectFrom('entity').select('slug').execute()).toEqual([]);
    expect(await readdir(other.dataDir)).toEqual([]);
    return error.message;
  }
  const change = async (file: string, by: (value: Record<string, unknown>) => void): Promise<void> => {
    const value = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    by(value);
    await writeFile(file, JSON.stringify(value));
  };

  test('a damaged file, a missing one, and a list that was changed', async () => {
    expect(await broken((folder) => appendFile(path.join(folder, 'data/scenes/quay.json'), ' '))).toMatch(
      /1 of \d+ files of the backup are missing or damaged: data\/scenes\/quay\.json/,
    );
    expect(await broken((folder) => rm(path.join(folder, 'database/entity.ndjson')))).toContain(
      'database/entity.ndjson',
    );
    const sum = JSON.stringify({ path: 'data/x.json', bytes: 0, sha256: '0'.repeat(64) });
    expect(await broken((folder) => appendFile(path.join(folder, 'files.ndjson'), `${sum}\n`))).toContain(
      'not as it was written',
    );
  });

  test(verifies('S5', 'a backup that names files outside of it'), async () => {
    for (const name of ['data/../../x.json', '/etc/x', 'elsewhere/x', 'data/a\\b', 'data//x']) {
      const line = `${JSON.stringify({ path: name, bytes: 0, sha256: '0'.repeat(64) })}\n`;
      const message = await broken(async (folder) => {
        await writeFile(path.join(folder, 'files.ndjson'), line);
        await change(path.join(folder, 'manifest.json'), (manifest) => {
          manifest.files = 1;
          manifest.sums = { bytes: line.length, sha256: createHash('sha256').update(line).digest('hex') };
        });
      });
      expect(message, name).toContain('names a file that no backup holds');
    }
  });

  test('a newer format, a newer database, one that was cut off, and what is none', async () => {
    const manifest = 'manifest.json';
    expect(
      await broken((folder) => change(path.join(folder, manifest), (m) => void (m.version = 2))),
    ).toContain('newer GAZE');
    expect(
      await broken((folder) =>
        change(path.join(folder, manifest), (m) => void (m.migrations as string[]).push('9999_later')),
      ),
    ).toContain('it knows 9999_later');
    expect(await broken((folder) => rm(path.join(folder, manifest)))).toContain('was cut off');
    expect(await broken((folder) => rm(folder, { recursive: true }))).toContain('There is no folder');
  });

  test('a file that differs, or a database that is not empty, is asked about', async () => {
    const folder = newFolder();
    await writeFolder(house.source, folder, choice);
    await using other = await fresh();
    const file = path.join(other.dataDir, 'scenes/quay.json');
    await mkdir(path.dirname(file));
    await writeFile(file, '{"scene_id": "quay", "scene_name": "Mine"}');
    await other.scan();
    const error = await refusal(restoreBackup(targetOf(other), folder, { at }));
    expect(error).toMatchObject({ code: 'conflict' });
    expect(error.message).toMatch(
      /1 files here differ .*data\/scenes\/quay\.json.*not empty \(1 rows\).*--overwrite/,
    );
    expect(await exists(path.join(other.dataDir, 'characters'))).toBe(false);

    const kept = await restoreBackup(targetOf(other), folder, { at, onDifference: 'keep' });
    expect(kept).toMatchObject({ kept: 1, replaced: 0 });
    expect(await readFile(file, 'utf8')).toContain('Mine');

    let saved = false;
    const again = await restoreBackup(targetOf(other), folder, {
      at,
      onDifference: 'overwrite',
      beforeRows: () => Promise.resolve(void (saved = true)),
    });
    expect(again).toMatchObject({ kept: 0, replaced: 1, restored: 0 });
    expect(saved).toBe(true);
    expect(await readFile(file, 'utf8')).toContain('Quay');
    expect(
      await readFile(path.join(other.dataDir, again.replacedFolder, 'scenes/quay.json'), 'utf8'),
    ).toContain('Mine');
  });
});

describe(verifies('backup.folder', 'a backup in a folder'), () => {
  test('goes on where it was cut off, leaves no stale file, and never lies over another by chance', async () => {
    const folder = newFolder();
    const first = await writeFolder(house.source, folder, choice);
    expect(first.reused).toBe(0);
    expect((await refusal(writeFolder(house.source, folder, choice))).message).toContain('--update');
    await writeFile(path.join(house.on.data.path, 'workflows/gone.json'), '{}');
    await writeFolder(house.source, folder, { ...choice, update: true });
    await rm(path.join(house.on.data.path, 'workflows/gone.json'));
    const second = await writeFolder(house.source, folder, { ...choice, update: true });
    expect(second).toMatchObject({ files: first.files, reused: 1 });
    expect(await exists(path.join(folder, 'data/workflows/gone.json'))).toBe(false);

    const other = newFolder();
    await mkdir(other);
    await writeFile(path.join(other, 'mine.txt'), '');
    expect((await refusal(writeFolder(house.source, other, choice))).message).toContain('holds no backup');
  });

  test('holds pictures and the key file on request alone, and never a thumbnail or an upload under way', async () => {
    await house.on.store.put('.staging/x', Buffer.from('x'));
    await house.on.store.put('.thumbs/ab/x.webp', Buffer.from('x'));
    const keyFile = path.join(house.scratch, 'a.key');
    await writeFile(keyFile, 'secret');
    const without = newFolder();
    await writeFolder(house.source, without, { ...choice, pictures: false });
    const list = await readFile(path.join(without, 'files.ndjson'), 'utf8');
    expect(list).toContain(`pictures/${house.pictureKey}.json"`);
    expect(list).not.toContain(`pictures/${house.pictureKey}"`);
    expect(list).not.toMatch(/\.staging|\.thumbs|bus\.key/);
    const whole = newFolder();
    await writeFolder(house.source, whole, { ...choice, keyFile });
    expect(await readFile(path.join(whole, 'bus.key'), 'utf8')).toBe('secret');
  });

  test('of an earlier version is brought to the newest shape', async () => {
    const folder = newFolder();
    await using old = await fresh();
    await sql`DROP TABLE imported`.execute(old.db);
    await sql`DELETE FROM kysely_migration WHERE name >= '0006'`.execute(old.db);
    await migrateTo(old.db, '0005_image_entities');
    await old.db.insertInto('setting').values({ key: 'nsfw_display', value: '"hide"' }).execute();
    await writeFolder({ ...house.source, db: old.db }, folder, { ...choice, pictures: false });
    await using other = await fresh();
    await restoreBackup(targetOf(other), folder, { at });
    expect(await other.db.selectFrom('imported').selectAll().execute()).toEqual([]);
    expect(
      await other.db.selectFrom('setting').select('value').where('key', '=', 'nsfw_display').execute(),
    ).toEqual([{ value: 'hide' }]);
  });
});
