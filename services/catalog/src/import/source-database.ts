import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CategoryName, EntityData } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';
import { isEntityFile } from '../library/seen-files.ts';
import { places } from './source-folder.ts';

/** What the original's database knows of an entry. */
export interface SourceRow {
  slug: string;
  filename: string;
  data: EntityData | null;
  favourite: boolean;
  nsfw: boolean;
  defaultFields: string[];
  activeOutfit: string | null;
  /** Below the original's uploads. */
  cover: string | null;
}

export interface SourceDatabase {
  rows: Map<CategoryName, SourceRow[]>;
  /** The one row of its settings, by column. */
  settings: Record<string, unknown>;
  /** Sentences about what could not be read. */
  notes: string[];
}

/**
 * Reads the original's database, from a copy: SQLite would write beside a file that somebody has open. Tables and
 * columns that this version of the original lacks are left out; `id` and `key` of the copied rows mean nothing here.
 */
export async function readSourceDatabase(folder: string): Promise<SourceDatabase> {
  const result: SourceDatabase = { rows: new Map(), settings: {}, notes: [] };
  const file = path.join(folder, places.database);
  if (!(await isFile(file))) {
    result.notes.push(
      `There is no ${places.database}: favourites, default fields, covers and settings of the original are not known.`,
    );
    return result;
  }
  const scratch = await mkdtemp(path.join(tmpdir(), 'gaze-import-'));
  try {
    for (const suffix of ['', '-wal', '-journal'])
      if (await isFile(file + suffix)) await copyFile(file + suffix, path.join(scratch, `copy.db${suffix}`));
    read(path.join(scratch, 'copy.db'), result);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    result.notes.push(`${places.database} cannot be read (${why}); what only it knows was not taken.`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return result;
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (info) => info.isFile(),
    () => false,
  );

function read(file: string, result: SourceDatabase): void {
  const database = new DatabaseSync(file);
  try {
    const tables = new Set(
      database
        .prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`)
        .all()
        .map((row) => String(row.name)),
    );
    for (const { name, singular } of categoryList) {
      const table = [singular, name].find((candidate) => tables.has(candidate));
      if (table === undefined) continue;
      const rows = database.prepare(`SELECT * FROM "${table}"`).all();
      result.rows.set(
        name,
        rows.map(rowOf).filter((row) => row !== null),
      );
    }
    if (tables.has('settings'))
      result.settings = { ...database.prepare('SELECT * FROM settings LIMIT 1').get() };
  } finally {
    database.close();
  }
}

/** Null for a row whose file's name is none: it could lead anywhere. */
function rowOf(row: Record<string, unknown>): SourceRow | null {
  const slug = textOf(row.slug);
  const filename = textOf(row.filename) ?? `${slug ?? ''}.json`;
  if (
    slug === null ||
    !isEntityFile(filename) ||
    path.basename(filename) !== filename ||
    filename.includes('\\')
  )
    return null;
  const data = jsonOf(row.data);
  const fields = jsonOf(row.default_fields);
  return {
    slug,
    filename,
    data: typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as EntityData) : null,
    favourite: row.is_favourite === 1,
    nsfw: row.is_nsfw === 1,
    defaultFields: Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [],
    activeOutfit: textOf(row.active_outfit),
    cover: textOf(row.image_path),
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return null;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
