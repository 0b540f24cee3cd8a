import type { CategoryName } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { FileFault } from './faults.ts';
import type { KnownEntity, KnownProblem } from './plan-scan.ts';
import type { EntityRow } from './row.ts';
import type { FileStamp } from './stamp.ts';

export interface StoredProblem extends KnownProblem, FileFault {
  slug: string | null;
}

/** Faults that may end without a change of their file. */
const healing = ['collision', 'unreadable'] as const;

/**
 * What the database knows of a category's files: of all of them, or of the named ones and those whose faults may end
 * by themselves.
 */
export async function knownFiles(
  db: DbOrTrx,
  category: CategoryName,
  named: ReadonlySet<string> | null,
): Promise<{ entities: KnownEntity[]; problems: StoredProblem[] }> {
  let selectProblems = db.selectFrom('problem_file').selectAll().where('category', '=', category);
  if (named !== null)
    selectProblems = selectProblems.where((e) =>
      e.or([e(sql<string>`file`, '=', anyOf(named)), e('kind', 'in', healing)]),
    );
  const problems = await selectProblems.execute();
  let selectEntities = selectKnown(db, category);
  if (named !== null) {
    const files = [...named, ...problems.map((problem) => problem.file)];
    selectEntities = selectEntities.where(sql<string>`filename`, '=', anyOf(files));
  }
  const entities = await selectEntities.execute();
  return {
    entities: entities.map(toKnown),
    problems: problems.map(({ file, kind, message, line, column, pointer, slug, ...rest }) => ({
      ...{ file, kind, message, line, column, pointer, slug },
      mayHeal: healing.some((heals) => heals === kind),
      ...stampOfRow(rest),
    })),
  };
}

/** Rows by their slugs, hidden ones too: who holds the addresses that some files ask for. */
export async function knownSlugs(
  db: DbOrTrx,
  category: CategoryName,
  slugs: readonly string[],
): Promise<KnownEntity[]> {
  return (
    await selectKnown(db, category)
      .where(sql<string>`slug`, '=', anyOf(slugs))
      .execute()
  ).map(toKnown);
}

function selectKnown(db: DbOrTrx, category: CategoryName) {
  return (
    db
      .selectFrom('entity')
      .select([
        'slug',
        'filename',
        'revision',
        'file_size',
        'file_mtime_ms',
        'file_ctime_ms',
        'file_inode',
        'gone_at',
      ])
      .where('category', '=', category)
      // Of several hidden rows that had one file's name the last to go is the one that comes back.
      .orderBy('gone_at')
  );
}

function toKnown(row: Awaited<ReturnType<ReturnType<typeof selectKnown>['execute']>>[number]): KnownEntity {
  // One object and no copies: a start makes a hundred thousand of them.
  return {
    slug: row.slug,
    filename: row.filename,
    revision: row.revision,
    gone: row.gone_at !== null,
    size: row.file_size,
    mtimeMs: row.file_mtime_ms,
    ctimeMs: row.file_ctime_ms,
    inode: row.file_inode,
  };
}

/** For lists that may be longer than the 65,535 parameters of a statement. */
function anyOf(values: Iterable<string>) {
  return sql<string>`ANY(${[...values]}::text[])`;
}

function stampOfRow(row: {
  file_size: number;
  file_mtime_ms: number;
  file_ctime_ms: number;
  file_inode: string;
}): FileStamp {
  return {
    size: row.file_size,
    mtimeMs: row.file_mtime_ms,
    ctimeMs: row.file_ctime_ms,
    inode: row.file_inode,
  };
}

/** Writes rows as their files say. What only the database knows (favourite, cover, state) stays. */
export async function upsertEntities(db: DbOrTrx, rows: readonly EntityRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('entity')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['category', 'slug']).doUpdateSet((e) => ({
        id: e.ref('excluded.id'),
        name: e.ref('excluded.name'),
        subtitle: e.ref('excluded.subtitle'),
        filename: e.ref('excluded.filename'),
        revision: e.ref('excluded.revision'),
        data: e.ref('excluded.data'),
        lora_name: e.ref('excluded.lora_name'),
        lora_weight: e.ref('excluded.lora_weight'),
        tags: e.ref('excluded.tags'),
        search: e.ref('excluded.search'),
        is_nsfw: e.ref('excluded.is_nsfw'),
        has_old_tags: e.ref('excluded.has_old_tags'),
        file_size: e.ref('excluded.file_size'),
        file_mtime_ms: e.ref('excluded.file_mtime_ms'),
        file_ctime_ms: e.ref('excluded.file_ctime_ms'),
        file_inode: e.ref('excluded.file_inode'),
        gone_at: null,
        updated_at: sql`CASE WHEN entity.revision = excluded.revision THEN entity.updated_at ELSE now() END`,
      })),
    )
    .execute();
}

/** Records what edits from outside changed: to be called before the rows are written. */
export async function recordFileRevisions(
  db: DbOrTrx,
  category: CategoryName,
  rows: readonly EntityRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const before = await db
    .selectFrom('entity')
    .select(['slug', 'revision', sql<string>`data::text`.as('text')])
    .where('category', '=', category)
    .where(
      'slug',
      'in',
      rows.map((row) => row.slug),
    )
    .execute();
  const texts = new Map(before.map((row) => [row.slug, row]));
  await db
    .insertInto('entity_revision')
    .values(
      rows.map((row) => ({
        category,
        slug: row.slug,
        before_hash: texts.get(row.slug)?.revision ?? null,
        before_text: texts.get(row.slug)?.text ?? null,
        after_hash: row.revision,
        after_text: row.data,
        made_by: 'file',
        filename: row.filename,
        note: null,
      })),
    )
    .execute();
}

export interface NewProblem {
  file: string;
  fault: FileFault;
  stamp: FileStamp | null;
  slug: string | null;
}

export async function upsertProblems(
  db: DbOrTrx,
  category: CategoryName,
  problems: readonly NewProblem[],
): Promise<void> {
  for (const { file, fault, stamp, slug } of problems) {
    const values = {
      ...fault,
      slug,
      file_size: stamp?.size ?? 0,
      file_mtime_ms: stamp?.mtimeMs ?? 0,
      file_ctime_ms: stamp?.ctimeMs ?? 0,
      file_inode: stamp?.inode ?? '',
    };
    await db
      .insertInto('problem_file')
      .values({ category, file, ...values })
      .onConflict((conflict) => conflict.columns(['category', 'file']).doUpdateSet(values))
      .execute();
  }
}

/** Forgets the faults of files; says whether there were any. */
export async function deleteProblems(
  db: DbOrTrx,
  category: CategoryName,
  files: readonly string[],
): Promise<boolean> {
  if (files.length === 0) return false;
  const result = await db
    .deleteFrom('problem_file')
    .where('category', '=', category)
    .where(sql<string>`file`, '=', anyOf(files))
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Hides the rows of files that are gone; answers their slugs. Nothing else of them changes. */
export async function hideRows(
  db: DbOrTrx,
  category: CategoryName,
  filenames: readonly string[],
): Promise<string[]> {
  const rows = await db
    .updateTable('entity')
    .set({ gone_at: sql`now()` })
    .where('category', '=', category)
    .where('gone_at', 'is', null)
    .where(sql<string>`filename`, '=', anyOf(filenames))
    .returning('slug')
    .execute();
  return rows.map((row) => row.slug);
}

export async function restoreRows(
  db: DbOrTrx,
  category: CategoryName,
  slugs: readonly string[],
): Promise<void> {
  await db
    .updateTable('entity')
    .set({ gone_at: null })
    .where('category', '=', category)
    .where(sql<string>`slug`, '=', anyOf(slugs))
    .execute();
}

/** A vanished file's row waits this long for its return. */
const hiddenDays = 30;

export async function forgetLongGone(db: DbOrTrx): Promise<void> {
  await db
    .deleteFrom('entity')
    .where('gone_at', '<', sql<Date>`now() - make_interval(days => ${hiddenDays})`)
    .execute();
}

/** How many entries of a category are not hidden. */
export async function countPresent(db: DbOrTrx, category: CategoryName): Promise<number> {
  const select = db
    .selectFrom('entity')
    .select(sql<number>`count(*)::int`.as('n'))
    .where('category', '=', category)
    .where('gone_at', 'is', null);
  return (await select.executeTakeFirstOrThrow()).n;
}

export async function countProblems(db: DbOrTrx, category?: CategoryName): Promise<number> {
  let select = db.selectFrom('problem_file').select(sql<number>`count(*)::int`.as('n'));
  if (category !== undefined) select = select.where('category', '=', category);
  return (await select.executeTakeFirstOrThrow()).n;
}

/** Forgets a hidden row, so that a new entity of its address begins with nothing. */
export async function removeHidden(db: DbOrTrx, category: CategoryName, slug: string): Promise<void> {
  await db
    .deleteFrom('entity')
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is not', null)
    .execute();
}
