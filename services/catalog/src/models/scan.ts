import path from 'node:path';
import type { ModelKind, ModelScanResult } from '@gaze/contracts';
import { readModelHeader } from '@gaze/media';
import type { ModelHeader } from '@gaze/media';
import { toWireError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { planModelScan } from './plan.ts';
import type { KnownModel, ScanPlan } from './plan.ts';
import { walkModels } from './walk.ts';
import type { FoundModel } from './walk.ts';

export interface ModelScanDeps {
  db: Db;
  log: Log;
  signal: AbortSignal;
}

const chunkSize = 200;
const sideBySide = 4;

/**
 * Brings the rows of one kind to what lies below its folder. Headers are read of new and changed files alone.
 * @param counts whether a file, by its name below the folder, is looked at
 */
export async function scanModels(
  deps: ModelScanDeps,
  kind: ModelKind,
  root: string,
  counts: (name: string) => boolean = () => true,
): Promise<ModelScanResult> {
  const none = {
    kind,
    is_scanned: true,
    files: 0,
    added: 0,
    changed: 0,
    renamed: 0,
    removed: 0,
    problems: 0,
  };
  let found: FoundModel[];
  try {
    found = (await walkModels(root, kind, deps.signal)).filter(({ name }) => counts(name));
  } catch (error) {
    deps.signal.throwIfAborted();
    return { ...none, warning: `The folder ${root} cannot be read (${codeOf(error)}). Nothing was changed.` };
  }
  const plan = planModelScan(found, await knownModels(deps.db, kind));
  await moveRenamed(deps.db, kind, plan.renamed);
  await bringBack(deps.db, kind, plan.back);
  for (const models of chunks([...plan.fresh, ...plan.changed])) await takeModels(deps, kind, root, models);
  await markGone(deps.db, kind, plan.gone);
  await forgetLongGone(deps.db, kind);
  return {
    ...none,
    ...numbersOf(plan),
    files: found.length,
    problems: await countProblems(deps.db, kind),
    warning: warn(plan, root),
  };
}

const numbersOf = ({ fresh, back, changed, renamed, gone }: ScanPlan) => ({
  added: fresh.length + back.length,
  changed: changed.length,
  renamed: renamed.length,
  removed: gone.length,
});

const warn = ({ warning }: ScanPlan, root: string): string | null =>
  warning === null
    ? null
    : `${warning} files of ${root} are gone at once. Nothing was changed: check that the folder is mounted, then look again.`;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

async function knownModels(db: Db, kind: ModelKind): Promise<KnownModel[]> {
  const { rows } = await sql<KnownModel>`
    SELECT name, bytes, mtime_ms, inode, gone_at IS NOT NULL AS is_gone FROM model_file WHERE kind = ${kind}`.execute(
    db,
  );
  return rows;
}

/** The hash goes along: the bytes are the same. The old name stays known, so that entries that name it can be told. */
async function moveRenamed(db: Db, kind: ModelKind, renamed: ScanPlan['renamed']): Promise<void> {
  for (const { from, to } of renamed) {
    await sql`
      INSERT INTO model_file (kind, name, bytes, mtime_ms, inode, title, base_model, resolution, triggers, tags, notes, header_sha256, sha256, problem)
      SELECT kind, ${to.name}, bytes, mtime_ms, inode, title, base_model, resolution, triggers, tags, notes, header_sha256, sha256, problem
      FROM model_file WHERE kind = ${kind} AND name = ${from}
      ON CONFLICT (kind, name) DO UPDATE SET bytes = excluded.bytes, mtime_ms = excluded.mtime_ms, inode = excluded.inode,
        title = excluded.title, base_model = excluded.base_model, resolution = excluded.resolution, triggers = excluded.triggers,
        tags = excluded.tags, notes = excluded.notes, header_sha256 = excluded.header_sha256, sha256 = excluded.sha256, problem = excluded.problem, gone_at = NULL`.execute(
      db,
    );
    await markGone(db, kind, [from]);
  }
}

async function bringBack(db: Db, kind: ModelKind, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await sql`
    UPDATE model_file SET gone_at = NULL WHERE kind = ${kind} AND name = ANY(${[...names]}::text[])`.execute(
    db,
  );
}

/** The folder is another one now: what was known of the old one is gone, and what is the same comes back. */
export async function leaveRoot(db: DbOrTrx, kind: ModelKind): Promise<void> {
  await sql`UPDATE model_file SET gone_at = now() WHERE kind = ${kind} AND gone_at IS NULL`.execute(db);
}

async function markGone(db: Db, kind: ModelKind, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await sql`
    UPDATE model_file SET gone_at = now()
    WHERE kind = ${kind} AND name = ANY(${[...names]}::text[]) AND gone_at IS NULL`.execute(db);
}

/** Half a year is enough to find out where a file went. */
async function forgetLongGone(db: Db, kind: ModelKind): Promise<void> {
  await sql`DELETE FROM model_file WHERE kind = ${kind} AND gone_at < now() - interval '180 days'`.execute(
    db,
  );
}

interface ReadModel {
  model: FoundModel;
  header: ModelHeader | null;
  problem: string | null;
}

async function takeModels(
  deps: ModelScanDeps,
  kind: ModelKind,
  root: string,
  models: readonly FoundModel[],
): Promise<void> {
  const read: ReadModel[] = [];
  const queue = models.values();
  const worker = async (): Promise<void> => {
    for (const model of queue) {
      deps.signal.throwIfAborted();
      read.push(await readOne(root, model));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  await deps.db
    .insertInto('model_file')
    .values(read.map((one) => rowOf(kind, one)))
    .onConflict((conflict) =>
      conflict.columns(['kind', 'name']).doUpdateSet((e) => ({
        bytes: e.ref('excluded.bytes'),
        mtime_ms: e.ref('excluded.mtime_ms'),
        inode: e.ref('excluded.inode'),
        title: e.ref('excluded.title'),
        base_model: e.ref('excluded.base_model'),
        resolution: e.ref('excluded.resolution'),
        triggers: e.ref('excluded.triggers'),
        tags: e.ref('excluded.tags'),
        notes: e.ref('excluded.notes'),
        header_sha256: e.ref('excluded.header_sha256'),
        sha256: null,
        problem: e.ref('excluded.problem'),
        gone_at: null,
      })),
    )
    .execute();
}

/** Files of other formats have no header that could be read without running them; they are listed all the same. */
async function readOne(root: string, model: FoundModel): Promise<ReadModel> {
  if (!/\.(safetensors|sft)$/i.test(model.name)) return { model, header: null, problem: null };
  try {
    return { model, header: await readModelHeader(path.join(root, model.name)), problem: null };
  } catch (error) {
    const wire = toWireError(error);
    const problem = wire.code === 'data_error' ? wire.message : `The file cannot be read (${codeOf(error)}).`;
    return { model, header: null, problem };
  }
}

/** PostgreSQL takes no NUL, and a stranger's header may hold one. */
const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed();

function rowOf(kind: ModelKind, { model, header, problem }: ReadModel) {
  const text = (value: string | null | undefined): string | null =>
    value === null || value === undefined ? null : clean(value);
  return {
    kind,
    name: model.name,
    ...{ bytes: model.bytes, mtime_ms: model.mtimeMs, inode: model.inode },
    title: text(header?.title),
    base_model: text(header?.baseModel),
    resolution: header?.resolution ?? null,
    triggers: (header?.triggers ?? []).map(clean),
    tags: JSON.stringify((header?.tags ?? []).map(({ tag, count }) => ({ tag: clean(tag), count }))),
    notes: text(header?.notes),
    header_sha256: header?.headerSha256 ?? null,
    sha256: null,
    problem,
    gone_at: null,
  };
}

async function countProblems(db: Db, kind: ModelKind): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM model_file
    WHERE kind = ${kind} AND gone_at IS NULL AND problem IS NOT NULL`.execute(db);
  return rows[0]?.n ?? 0;
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += chunkSize) yield items.slice(at, at + chunkSize);
}
