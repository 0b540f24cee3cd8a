import { checkpointDefaults } from '@gaze/contracts';
import type { CategoryName, ModelFileView, ModelKind, ModelQuery } from '@gaze/contracts';
import { normaliseFileName } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { readCursor, writeCursor } from '../db/cursor.ts';
import type { LoraFolders } from './folders.ts';

const usersShown = 10;
const tagsShown = 20;
const mostImages = 1000;
const Cursor = z.object({ name: z.string() });

/** Names that an entity, a host or a folder gives, `\` written as `/`. */
const named = {
  lora: sql`SELECT DISTINCT replace(lora_name, '\\', '/') COLLATE "C" AS name FROM entity WHERE lora_name IS NOT NULL AND gone_at IS NULL`,
  checkpoint: sql`SELECT DISTINCT replace(id, '\\', '/') COLLATE "C" AS name FROM entity WHERE category = 'checkpoints' AND gone_at IS NULL`,
} as const;

const uses = {
  lora: sql<SqlBool>`entity.lora_name IS NOT NULL AND replace(entity.lora_name, '\\', '/') COLLATE "C" = file.name`,
  checkpoint: sql<SqlBool>`entity.category = 'checkpoints' AND replace(entity.id, '\\', '/') COLLATE "C" = file.name`,
} as const;

const isHere = sql<SqlBool>`EXISTS (SELECT FROM model_file AS m WHERE m.kind = file.kind AND m.name = file.name AND m.gone_at IS NULL)`;
const isOnHost = sql<SqlBool>`EXISTS (SELECT FROM host_file AS h WHERE h.kind = file.kind AND replace(h.name, '\\', '/') COLLATE "C" = file.name)`;
const isUsed = (kind: ModelKind): RawBuilder<SqlBool> =>
  sql<SqlBool>`EXISTS (SELECT FROM entity WHERE gone_at IS NULL AND ${uses[kind]})`;

/** Every file of a kind that anybody knows: folders of this machine, hosts, entities. */
const files = (kind: ModelKind): RawBuilder<unknown> => sql`(
  SELECT ${kind}::text AS kind, name FROM (
    SELECT name FROM model_file WHERE kind = ${kind} AND gone_at IS NULL
    UNION SELECT replace(name, '\\', '/') COLLATE "C" FROM host_file WHERE kind = ${kind}
    UNION ${named[kind]}) AS names) AS file`;

/** One page of model files by name. */
export async function listModels(
  db: DbOrTrx,
  folders: LoraFolders,
  query: ModelQuery,
): Promise<{ items: ModelFileView[]; next_cursor: string | null }> {
  const { kind, limit } = query;
  const where = sql.join([...conditions(query, folders)], sql` AND `);
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM ${files(kind)} WHERE ${where} ORDER BY name LIMIT ${limit + 1}`.execute(db);
  const names = rows.slice(0, limit).map(({ name }) => name);
  return {
    items: await viewsOf(db, { kind, folders }, names, tagsShown),
    next_cursor: rows.length > limit ? writeCursor({ name: names.at(-1) ?? '' }) : null,
  };
}

function* conditions(query: ModelQuery, folders: LoraFolders): Generator<RawBuilder<unknown>> {
  const { kind, category, filter, q, cursor } = query;
  yield sql`name <> ''`;
  if (cursor !== undefined) yield sql`name > ${readCursor(Cursor, cursor).name}`;
  for (const word of (q ?? '').replaceAll('\0', '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8))
    yield sql`strpos(lower(name), ${word}) > 0`;
  if (category !== undefined) yield inCategory(kind, category, folders);
  if (filter === 'used') yield isUsed(kind);
  if (filter === 'orphans') yield sql`NOT ${isUsed(kind)}`;
  if (filter === 'missing') yield sql`NOT ${isHere} AND NOT ${isOnHost}`;
}

/** A category has the files of its LoRA folder, and those that its entities name from elsewhere. */
function inCategory(kind: ModelKind, category: CategoryName, all: LoraFolders): RawBuilder<unknown> {
  if (kind === 'checkpoint') return category === 'checkpoints' ? sql`TRUE` : sql`FALSE`;
  const folders = [...(all.get(category) ?? [])];
  const lies = sql`EXISTS (SELECT FROM unnest(${folders}::text[]) AS folder WHERE starts_with(name, folder))`;
  return sql`(${lies} OR EXISTS (SELECT FROM entity WHERE gone_at IS NULL AND category = ${category} AND ${uses.lora}))`;
}

/** @throws GazeError not_found for a file that nobody knows */
export async function modelFile(
  db: DbOrTrx,
  folders: LoraFolders,
  kind: ModelKind,
  name: string,
): Promise<ModelFileView> {
  const wanted = normaliseFileName(name.replaceAll('\0', ''));
  const { rows } = await sql<{
    name: string;
  }>`SELECT name FROM ${files(kind)} WHERE name = ${wanted}`.execute(db);
  const [view] = await viewsOf(
    db,
    { kind, folders },
    rows.map((row) => row.name),
    200,
  );
  if (view === undefined)
    throw new GazeError('not_found', `Nobody knows a ${kind} file «${name}».`, { field: 'name' });
  return view;
}

interface Row {
  name: string;
  is_here: boolean;
  hosts: string[];
  renamed_to: string | null;
  bytes: number | null;
  mtime_ms: number | null;
  title: string | null;
  base_model: string | null;
  resolution: string | null;
  triggers: string[] | null;
  tags: { tag: string; count: number }[] | null;
  sha256: string | null;
  problem: string | null;
  notes: string | null;
  used_by: number;
  users: ModelFileView['users'];
  images: number;
}

async function viewsOf(
  db: DbOrTrx,
  { kind, folders }: { kind: ModelKind; folders: LoraFolders },
  names: readonly string[],
  tagCount: number,
): Promise<ModelFileView[]> {
  if (names.length === 0) return [];
  const images =
    kind === 'lora'
      ? sql`SELECT FROM image_lora WHERE image_lora.name = file.name LIMIT ${mostImages}`
      : sql`SELECT FROM image WHERE image.checkpoint = file.name LIMIT ${mostImages}`;
  const { rows } = await sql<Row>`
    SELECT file.name, here.gone_at IS NULL AND here.name IS NOT NULL AS is_here,
      here.bytes, here.mtime_ms, here.title, here.base_model, here.resolution, here.triggers, here.tags, here.notes, here.sha256, here.problem,
      ARRAY(SELECT DISTINCT host.name FROM host_file AS h JOIN host ON host.id = h.host_id
        WHERE h.kind = file.kind AND replace(h.name, '\\', '/') COLLATE "C" = file.name ORDER BY 1) AS hosts,
      (SELECT other.name FROM model_file AS other
        WHERE here.gone_at IS NOT NULL AND other.kind = file.kind AND other.gone_at IS NULL AND other.name <> file.name
          AND (other.sha256 = here.sha256 OR (here.sha256 IS NULL OR other.sha256 IS NULL)
            AND other.header_sha256 = here.header_sha256 AND other.bytes = here.bytes)
        ORDER BY other.sha256 IS NULL, other.name LIMIT 1) AS renamed_to,
      (SELECT count(*)::int FROM entity WHERE gone_at IS NULL AND ${uses[kind]}) AS used_by,
      (SELECT coalesce(json_agg(json_build_object('category', category, 'slug', slug, 'name', name)), '[]') FROM (
        SELECT category, slug, name FROM entity WHERE gone_at IS NULL AND ${uses[kind]}
        ORDER BY category, slug LIMIT ${usersShown}) AS first) AS users,
      (SELECT count(*)::int FROM (${images}) AS made) AS images
    FROM (SELECT ${kind}::text AS kind, name FROM unnest(${[...names]}::text[]) AS name) AS file
    LEFT JOIN model_file AS here ON here.kind = file.kind AND here.name = file.name
    ORDER BY file.name COLLATE "C"`.execute(db);
  return rows.map((row) => toView({ kind, folders }, row, tagCount));
}

function toView(
  { kind, folders }: { kind: ModelKind; folders: LoraFolders },
  row: Row,
  tagCount: number,
): ModelFileView {
  const { mtime_ms, triggers, tags, is_here, hosts, used_by } = row;
  return {
    ...row,
    kind,
    categories: kind === 'checkpoint' ? ['checkpoints'] : categoriesOf(folders, row.name),
    is_here,
    is_missing: !is_here && hosts.length === 0,
    modified_at: mtime_ms === null ? null : new Date(mtime_ms).toISOString(),
    triggers: triggers ?? [],
    tags: (tags ?? []).slice(0, tagCount),
    defaults: kind === 'checkpoint' && used_by === 0 ? { ...checkpointDefaults } : null,
  };
}

const categoriesOf = (all: LoraFolders, name: string): CategoryName[] =>
  [...all].flatMap(([category, folders]) =>
    folders.some((folder) => name.startsWith(folder)) ? [category] : [],
  );

/** How many files of a kind are used by no entry, and how many are named and nowhere. */
export async function countModels(
  db: DbOrTrx,
  kind: ModelKind,
): Promise<{ orphans: number; missing: number }> {
  const { rows } = await sql<{ orphans: number; missing: number }>`
    SELECT (count(*) FILTER (WHERE NOT ${isUsed(kind)}))::int AS orphans,
      (count(*) FILTER (WHERE NOT ${isHere} AND NOT ${isOnHost}))::int AS missing
    FROM ${files(kind)} WHERE name <> ''`.execute(db);
  return rows[0] ?? { orphans: 0, missing: 0 };
}

/** How many LoRAs of this machine lie in some folders. */
export async function countInFolders(db: DbOrTrx, folders: readonly string[]): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM model_file WHERE kind = 'lora' AND gone_at IS NULL
      AND EXISTS (SELECT FROM unnest(${[...folders]}::text[]) AS folder WHERE starts_with(name, folder))`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
