import type { CategoryDeclaration, CategoryName, ModelFileFacts, ModelKind } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

export interface FileUser {
  category: CategoryName;
  slug: string;
  name: string;
  file: string;
}

/** What kind of model file the entries of a category are made for; null: they stand for no file. */
export function modelKindOf(declaration: CategoryDeclaration): ModelKind | null {
  if (declaration.generation.kind === 'checkpoint') return 'checkpoint';
  return declaration.lora === null ? null : 'lora';
}

/** A file as entries name it; null where it is the name of no model file below a folder. */
export function plainFileName(name: string): string | null {
  const plain = name.replaceAll('\\', '/');
  const parts = plain.split('/');
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const isOdd = /[\u0000-\u001f\u007f]/.test(plain);
  const leadsAway =
    parts.some((part) => part === '' || part === '.' || part === '..') || /^[a-z]:/i.test(plain);
  return isOdd || leadsAway || !/\.(safetensors|ckpt|pt|gguf|sft)$/i.test(plain) ? null : plain;
}

/** Entries that use one of the files, in whichever category: a file has one entry. */
export async function usersOf(db: DbOrTrx, kind: ModelKind, files: readonly string[]): Promise<FileUser[]> {
  if (files.length === 0) return [];
  const named = kind === 'lora' ? sql`replace(lora_name, '\\', '/')` : sql`replace(id, '\\', '/')`;
  const { rows } = await sql<FileUser>`
    SELECT category, slug, name, ${named} AS file FROM entity
    WHERE gone_at IS NULL AND ${kind === 'lora' ? sql`lora_name IS NOT NULL` : sql`category = 'checkpoints'`}
      AND (${named} COLLATE "C") = ANY(${[...files]}::text[])
    ORDER BY created_at, category, slug`.execute(db);
  return rows;
}

/** Those of the files that a folder of this machine or a host has. */
export async function filesThere(
  db: DbOrTrx,
  kind: ModelKind,
  files: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM model_file WHERE kind = ${kind} AND gone_at IS NULL AND name = ANY(${[...files]}::text[])
    UNION SELECT replace(name, '\\', '/') FROM host_file
    WHERE kind = ${kind} AND (replace(name, '\\', '/') COLLATE "C") = ANY(${[...files]}::text[])`.execute(db);
  return new Set(rows.map((row) => row.name));
}

const mostTags = 200;
const mostTriggers = 50;
const longestWord = 200;
const longestNotes = 8000;

/** What its header says, where it lies on this machine and was read; else its name and nothing more. */
export async function factsOf(db: DbOrTrx, kind: ModelKind, name: string): Promise<ModelFileFacts> {
  const row = await db
    .selectFrom('model_file')
    .select(['triggers', 'tags', 'base_model', 'notes'])
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  const short = (text: string): string => text.slice(0, longestWord);
  return {
    kind,
    name,
    training_tags: (row?.tags ?? []).slice(0, mostTags).map(({ tag, count }) => ({ tag: short(tag), count })),
    triggers: (row?.triggers ?? []).slice(0, mostTriggers).map(short),
    base_model: row?.base_model == null ? null : short(row.base_model),
    notes: (row?.notes ?? '').slice(0, longestNotes),
  };
}
