import type { CategoryName, EntityCard, FacetView, LibraryQuery } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Expression, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { selectCards, toCard } from './cards.ts';

/** One page of a category's cards, by keyset: any page costs the same. */
export async function listLibrary(db: DbOrTrx, query: LibraryQuery): Promise<{ items: EntityCard[]; next_cursor: string | null }> {
  let select = selectCards(db)
    .select([sql<string>`lower(entity.name)`.as('sort_name'), 'entity.updated_at'])
    .where('entity.category', '=', query.category);
  if (query.favourite !== undefined) select = select.where('entity.is_favourite', '=', query.favourite);
  if (query.nsfw !== 'all') select = select.where('entity.is_nsfw', '=', query.nsfw === 'nsfw');
  if (query.has_lora !== undefined) select = select.where('entity.lora_name', query.has_lora ? 'is not' : 'is', null);
  if (query.has_cover !== undefined) select = select.where('entity.cover_key', query.has_cover ? 'is not' : 'is', null);
  if (query.has_problem !== undefined) select = select.where('problem_file.file', query.has_problem ? 'is not' : 'is', null);
  for (const word of words(query.q)) select = select.where('entity.search', 'like', `%${escapeLike(word)}%`);
  for (const [key, values] of tagFilters(query.tags)) select = select.where(tagMatches(key, values));

  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  switch (query.sort) {
    case 'recent':
      if (cursor !== null) select = select.where(sql<SqlBool>`(entity.updated_at, entity.slug) < (${cursor.at}::timestamptz, ${cursor.slug})`);
      select = select.orderBy('entity.updated_at', 'desc').orderBy('entity.slug', 'desc');
      break;
    case 'name':
      if (cursor !== null) select = select.where(sql<SqlBool>`(lower(entity.name) COLLATE "C", entity.slug) > (${cursor.name}, ${cursor.slug})`);
      select = select.orderBy(sql`lower(entity.name) COLLATE "C"`).orderBy('entity.slug');
      break;
    default:
      if (cursor !== null) select = select.where(afterFavourite(cursor));
      select = select.orderBy('entity.is_favourite', 'desc').orderBy(sql`lower(entity.name) COLLATE "C"`).orderBy('entity.slug');
  }
  const rows = await select.limit(query.limit + 1).execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  const next = last === undefined ? null : writeCursor({ favourite: last.is_favourite, name: last.sort_name, slug: last.slug, at: last.updated_at.toISOString() });
  return { items: page.map(toCard), next_cursor: next };
}

interface Cursor {
  favourite: boolean;
  name: string;
  slug: string;
  at: string;
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function readCursor(text: string): Cursor {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<Cursor> | null;
    if (typeof value?.favourite === 'boolean' && typeof value.name === 'string' && typeof value.slug === 'string' && typeof value.at === 'string' && !Number.isNaN(Date.parse(value.at))) {
      return value as Cursor;
    }
  } catch {
    // falls through to the one answer for every cursor that is not ours
  }
  throw new GazeError('invalid_input', 'The cursor is not one that GAZE gave out. Start again without it.', { field: 'cursor' });
}

/** Favourites come first, so what follows a favourite is «later favourites, or any other». */
function afterFavourite(cursor: Cursor): Expression<SqlBool> {
  const later = sql<SqlBool>`(lower(entity.name) COLLATE "C", entity.slug) > (${cursor.name}, ${cursor.slug})`;
  return cursor.favourite ? sql<SqlBool>`(NOT entity.is_favourite OR ${later})` : sql<SqlBool>`(NOT entity.is_favourite AND ${later})`;
}

const words = (q: string | undefined): string[] => (q ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);

const escapeLike = (word: string): string => word.replace(/[\\%_]/g, (char) => `\\${char}`);

function tagFilters(tags: readonly string[]): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const tag of tags) {
    const colon = tag.indexOf(':');
    if (colon < 1) throw new GazeError('invalid_input', `«${tag}» is not a tag filter; write it as key:value.`, { field: 'tag' });
    const key = tag.slice(0, colon);
    filters.set(key, [...(filters.get(key) ?? []), tag.slice(colon + 1)]);
  }
  return filters;
}

/** Text tags match whole; list tags match where one of their words does. */
function tagMatches(key: string, values: string[]): Expression<SqlBool> {
  return sql<SqlBool>`(entity.tags->>${key} = ANY(${values}::text[]) OR (jsonb_typeof(entity.tags->${key}) = 'array' AND entity.tags->${key} ?| ${values}::text[]))`;
}

const facetValues = 12;

/** What a category can be narrowed by, with counts. */
export async function facetsOf(db: DbOrTrx, category: CategoryName): Promise<{ total: number; facets: FacetView[] }> {
  const facets: FacetView[] = [];
  for (const field of categories[category].tags) {
    const values = await sql<{ value: string; count: number }>`
      SELECT value, count(*)::int AS count FROM (
        SELECT jsonb_array_elements_text(CASE jsonb_typeof(tags->${field.key}) WHEN 'array' THEN tags->${field.key} WHEN 'string' THEN jsonb_build_array(tags->${field.key}) ELSE '[]'::jsonb END) AS value
        FROM entity WHERE category = ${category} AND gone_at IS NULL) AS words
      WHERE value <> '' GROUP BY value ORDER BY count DESC, value COLLATE "C" LIMIT ${facetValues}`.execute(db);
    if (values.rows.length > 0) facets.push({ key: field.key, label: field.label, values: values.rows.map(({ value, count }) => ({ value, label: value, count })) });
  }
  const totals = await db
    .selectFrom('entity')
    .leftJoin('problem_file', (join) => join.onRef('problem_file.category', '=', 'entity.category').onRef('problem_file.file', '=', 'entity.filename'))
    .select([
      sql<number>`count(*)::int`.as('total'),
      sql<number>`(count(*) FILTER (WHERE lora_name IS NOT NULL))::int`.as('lora'),
      sql<number>`(count(*) FILTER (WHERE cover_key IS NULL))::int`.as('no_cover'),
      sql<number>`(count(*) FILTER (WHERE problem_file.file IS NOT NULL))::int`.as('problem'),
    ])
    .where('entity.category', '=', category)
    .where('gone_at', 'is', null)
    .executeTakeFirstOrThrow();
  const has = [
    { value: 'lora', label: 'LoRA', count: totals.lora },
    { value: 'no_cover', label: 'No cover', count: totals.no_cover },
    { value: 'problem', label: 'Problem', count: totals.problem },
  ].filter((entry) => entry.count > 0);
  if (has.length > 0) facets.push({ key: 'has', label: 'Has', values: has });
  return { total: totals.total, facets };
}

/** How many entries each category has, and how many pictures there are: the figures of the navigation. */
export async function countsOf(db: DbOrTrx): Promise<{ counts: Partial<Record<CategoryName, number>>; images: number }> {
  const rows = await db
    .selectFrom('entity')
    .select(['category', sql<number>`count(*)::int`.as('n')])
    .where('gone_at', 'is', null)
    .groupBy('category')
    .execute();
  const images = await db.selectFrom('image').select(sql<number>`count(*)::int`.as('n')).executeTakeFirstOrThrow();
  return { counts: Object.fromEntries(rows.map((row) => [row.category, row.n])), images: images.n };
}
