import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { knownMigrations } from '../db/migrate.ts';
import { markerFile } from '../library/own-files.ts';
import type { Manifest } from './format.ts';
import { checkSums, readManifest } from './read-backup.ts';
import type { OnDifference, RestoreTarget, RestoredFiles } from './restore-files.ts';
import { differences, restoreFiles } from './restore-files.ts';
import type { RestoredRows } from './restore-tables.ts';
import { countRows, restoreTables } from './restore-tables.ts';

export interface RestoreReport extends RestoredFiles, RestoredRows {
  manifest: Manifest;
  /** Folder with what was replaced, below the data folder and in the picture store. */
  replacedFolder: string;
  /** Pictures that are known and whose files are not in the store. */
  picturesWithoutFile: number;
}

export interface RestoreOptions {
  /** Undefined: asks, by refusing where something differs. */
  onDifference?: OnDifference | undefined;
  at: Date;
  /** Called before the rows that are here are replaced. */
  beforeRows?: (() => Promise<void>) | undefined;
  say?: ((step: string) => void) | undefined;
}

/**
 * Brings back what a backup holds: files first, then the rows at once. To be called with the catalog's lock, so that
 * nobody works on either. Everything is checked before anything is changed; what is cut off is begun again.
 * @throws GazeError invalid_input for a backup that cannot be used, conflict where something here differs
 */
export async function restoreBackup(
  target: RestoreTarget & { db: Db },
  folder: string,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const say = options.say ?? (() => undefined);
  const manifest = await readManifest(folder, await knownMigrations());
  say(`Checking ${manifest.files} files …`);
  await checkSums(folder, manifest);
  const rows = await countRows(target.db);
  const different = await differences(target, folder, manifest);
  if (options.onDifference === undefined) refuse(rows, different, manifest);
  const replaced = `.replaced-${options.at.toISOString().replace(/[:.]/g, '-')}`;
  say('Restoring the files …');
  const files = await restoreFiles(target, folder, manifest, {
    onDifference: options.onDifference ?? 'keep',
    replaced,
  });
  // Whoever restores into a folder says that it is the right one.
  await writeFile(
    path.join(target.dataDir, markerFile),
    'GAZE looks for this file to see that its data folder is mounted.\n',
  );
  if (rows > 0) await options.beforeRows?.();
  say('Restoring the database …');
  const restored = await restoreTables(target.db, folder, manifest);
  return {
    ...files,
    ...restored,
    manifest,
    replacedFolder: replaced,
    picturesWithoutFile: await countWithoutFile(target),
  };
}

function refuse(rows: number, different: { count: number; examples: string[] }, manifest: Manifest): void {
  if (rows === 0 && different.count === 0) return;
  const files =
    different.count === 0
      ? ''
      : `${different.count} files here differ from the backup of ${manifest.created_at}: ${different.examples.join(', ')}${different.count > different.examples.length ? ' …' : ''}. `;
  const database = rows === 0 ? '' : `The database here is not empty (${rows} rows). `;
  throw new GazeError(
    'conflict',
    `${files}${database}Nothing was changed. Run it again with --overwrite to take what the backup has (the files that are replaced are kept in a folder of their own), or with --keep to leave the files that are here and take the rows alone.`,
  );
}

async function countWithoutFile({ db, store }: RestoreTarget & { db: Db }): Promise<number> {
  let [missing, after] = [0, ''];
  for (;;) {
    const { rows } = await sql<{ key: string }>`
      SELECT key FROM image WHERE key > ${after} ORDER BY key LIMIT 2000`.execute(db);
    for (const { key } of rows) if (!(await store.exists(key))) missing++;
    const last = rows.at(-1);
    if (last === undefined) return missing;
    after = last.key;
  }
}
