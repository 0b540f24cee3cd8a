import { access, mkdir, opendir } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration, RescanResult } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { cardOf } from './cards.ts';
import { adoptSampleCover } from './covers.ts';
import type { CoverDeps } from './covers.ts';
import type { KnownFile } from './plan-scan.ts';
import { planScan } from './plan-scan.ts';
import type { FileFault, FileReading, FileStamp } from './read-file.ts';
import { readEntityFile, stampOf } from './read-file.ts';
import { entityRow } from './row.ts';

export interface ScanDeps extends CoverDeps {
  db: Db;
  dataDir: string;
  events: Events;
  log: Log;
}

/** The file that marks a data folder as ours and mounted. */
export const markerFile = '.gaze-data';
const statsAtOnce = 64;
/** Changed entities up to this number are told one by one; more than that as one «load it again». */
const tellOneByOne = 50;

/** Brings the rows of a category in line with its folder, reading only files that changed. */
export async function scanCategory(deps: ScanDeps, declaration: CategoryDeclaration): Promise<RescanResult> {
  const folder = path.join(deps.dataDir, declaration.folder);
  await mkdir(folder, { recursive: true });
  const [known, seen, markerPresent] = await Promise.all([
    knownFiles(deps.db, declaration),
    seenFiles(folder),
    access(path.join(deps.dataDir, markerFile)).then(
      () => true,
      () => false,
    ),
  ]);
  const plan = planScan({ known, seen, markerPresent, folder: declaration.folder });
  if (plan.warning !== null) deps.log.warn({ category: declaration.name }, plan.warning);

  const counts = { added: 0, changed: 0, problems: 0 };
  const touched: string[] = [];
  for (const filename of plan.read.sort()) {
    const reading = await readEntityFile(path.join(folder, filename), declaration);
    const outcome = await takeOver(deps, declaration, filename, reading);
    if (outcome.type === 'problem') counts.problems++;
    else {
      counts[outcome.type]++;
      touched.push(outcome.slug);
    }
  }
  const removed = await hideAndRestore(deps, declaration, plan.hide, plan.restore);
  await forgetProblems(deps.db, declaration, seen);
  await tell(deps, declaration, touched, removed.length > 0 || plan.restore.length > 0);
  return { category: declaration.name, files: seen.size, added: counts.added, changed: counts.changed, removed: removed.length, problems: counts.problems, warning: plan.warning };
}

async function knownFiles(db: Db, declaration: CategoryDeclaration): Promise<KnownFile[]> {
  const rows = await db
    .selectFrom('entity')
    .select(['filename', 'file_size', 'file_mtime_ms', 'file_ctime_ms', 'file_inode', 'gone_at'])
    .where('category', '=', declaration.name)
    .execute();
  const faulty = await db
    .selectFrom('problem_file')
    .select(['file', 'file_size', 'file_mtime_ms', 'file_ctime_ms', 'file_inode'])
    .where('category', '=', declaration.name)
    .execute();
  const files = new Map<string, KnownFile>();
  for (const row of rows) {
    files.set(row.filename, { filename: row.filename, size: row.file_size, mtimeMs: row.file_mtime_ms, ctimeMs: row.file_ctime_ms, inode: row.file_inode, gone: row.gone_at !== null });
  }
  // A faulty file is known by the stamp of the fault, so that an unchanged fault is not read again at every start.
  for (const row of faulty) {
    const gone = files.get(row.file)?.gone ?? false;
    files.set(row.file, { filename: row.file, size: row.file_size, mtimeMs: row.file_mtime_ms, ctimeMs: row.file_ctime_ms, inode: row.file_inode, gone });
  }
  return [...files.values()];
}

async function seenFiles(folder: string): Promise<Map<string, FileStamp>> {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.name.endsWith('.json') && !entry.name.startsWith('.') && !entry.isDirectory()) names.push(entry.name);
  }
  const seen = new Map<string, FileStamp>();
  for (let i = 0; i < names.length; i += statsAtOnce) {
    await Promise.all(
      names.slice(i, i + statsAtOnce).map(async (name) => {
        // A file that vanishes between the two looks was not there.
        const stamp = await stampOf(path.join(folder, name)).catch(() => null);
        if (stamp !== null) seen.set(name, stamp);
      }),
    );
  }
  return seen;
}

type TakeOver = { type: 'added' | 'changed'; slug: string } | { type: 'problem' };

async function takeOver(deps: ScanDeps, declaration: CategoryDeclaration, filename: string, reading: FileReading): Promise<TakeOver> {
  if (!reading.ok) {
    await recordProblem(deps.db, declaration, filename, reading.fault, reading.stamp);
    return { type: 'problem' };
  }
  const row = entityRow(declaration, filename, reading);
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const own = await trx.selectFrom('entity').select(['slug', 'revision']).where('category', '=', declaration.name).where('filename', '=', filename).executeTakeFirst();
    if (own !== undefined && own.slug !== row.slug) {
      return { fault: `Its ${declaration.idField} changed from «${own.slug}» to «${row.slug}». Change it back, or rename the entry in GAZE so that its pictures come along.` };
    }
    const holder = await trx.selectFrom('entity').select(['filename', 'gone_at']).where('category', '=', declaration.name).where('slug', '=', row.slug).executeTakeFirst();
    if (row.slug === '') return { fault: `Its ${declaration.idField} holds no letter or digit that an address could be made of.` };
    if (holder !== undefined && holder.filename !== filename && holder.gone_at === null) {
      return { fault: `It has the same address «${row.slug}» as ${holder.filename}, which had it first. Give it another ${declaration.idField}.`, kind: 'collision' as const };
    }
    const { category, slug, ...changes } = row;
    await trx
      .insertInto('entity')
      .values(row)
      .onConflict((conflict) => conflict.columns(['category', 'slug']).doUpdateSet({ ...changes, gone_at: null, updated_at: sql`now()` }))
      .execute();
    if (own !== undefined && own.revision !== row.revision) {
      await trx
        .insertInto('entity_revision')
        .values({ category, slug, before_hash: own.revision, after_hash: row.revision, before_text: null, after_text: reading.text, made_by: 'file' })
        .execute();
    }
    await trx.deleteFrom('problem_file').where('category', '=', category).where('file', '=', filename).execute();
    return { fault: null, added: holder === undefined };
  });
  if (outcome.fault !== null) {
    await recordProblem(deps.db, declaration, filename, { kind: outcome.kind ?? 'schema', message: outcome.fault, line: null, column: null, pointer: `/${declaration.idField}` }, reading.stamp);
    return { type: 'problem' };
  }
  if (outcome.added) await adoptSampleCover(deps, declaration.name, row.slug);
  return { type: outcome.added ? 'added' : 'changed', slug: row.slug };
}

async function recordProblem(db: Db, declaration: CategoryDeclaration, file: string, fault: FileFault, stamp: FileStamp | null): Promise<void> {
  const own = await db.selectFrom('entity').select('slug').where('category', '=', declaration.name).where('filename', '=', file).executeTakeFirst();
  const values = {
    ...fault,
    slug: own?.slug ?? null,
    file_size: stamp?.size ?? 0,
    file_mtime_ms: stamp?.mtimeMs ?? 0,
    file_ctime_ms: stamp?.ctimeMs ?? 0,
    file_inode: stamp?.inode ?? '',
  };
  await db
    .insertInto('problem_file')
    .values({ category: declaration.name, file, ...values })
    .onConflict((conflict) => conflict.columns(['category', 'file']).doUpdateSet(values))
    .execute();
}

async function hideAndRestore(deps: ScanDeps, declaration: CategoryDeclaration, hide: string[], restore: string[]): Promise<string[]> {
  if (restore.length > 0) {
    await deps.db.updateTable('entity').set({ gone_at: null }).where('category', '=', declaration.name).where('filename', 'in', restore).execute();
  }
  if (hide.length === 0) return [];
  return deps.db.transaction().execute(async (trx) => {
    const rows = await trx
      .updateTable('entity')
      .set({ gone_at: sql`now()` })
      .where('category', '=', declaration.name)
      .where('filename', 'in', hide)
      .where('gone_at', 'is', null)
      .returning('slug')
      .execute();
    for (const row of rows) await deps.events.emit(trx, { type: 'entity.removed', category: declaration.name, slug: row.slug });
    return rows.map((row) => row.slug);
  });
}

/** A fault ends with its file. */
async function forgetProblems(db: Db, declaration: CategoryDeclaration, seen: ReadonlyMap<string, FileStamp>): Promise<void> {
  const rows = await db.selectFrom('problem_file').select('file').where('category', '=', declaration.name).execute();
  const ended = rows.map((row) => row.file).filter((file) => !seen.has(file));
  if (ended.length > 0) await db.deleteFrom('problem_file').where('category', '=', declaration.name).where('file', 'in', ended).execute();
}

async function tell(deps: ScanDeps, declaration: CategoryDeclaration, slugs: string[], more: boolean): Promise<void> {
  const problems = await deps.db.selectFrom('problem_file').select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  await deps.db.transaction().execute(async (trx) => {
    if (more || slugs.length > tellOneByOne) await deps.events.emit(trx, { type: 'library.changed', category: declaration.name });
    else {
      for (const slug of slugs) {
        const entity = await cardOf(trx, declaration.name, slug);
        if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
      }
    }
    await deps.events.emit(trx, { type: 'problems.changed', count: Number(problems.n) });
  });
  deps.events.wake();
}
