import type { CategoryName, EntityCard, LibraryQuery } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Expression, SqlBool } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import { concernsEntity, selectCards, toCard } from './cards.ts';

/** One page of a category's cards, by keyset: any page costs the same. */
export async function listLibrary(
  db: DbOrTrx,
  query: LibraryQuery,
): Promise<{ items: EntityCard[]; next_cursor: string | null }> {
  const rows = await selectPage(db, query).execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: await cardsInOrder(
      db,
      query.category,
      page.map((row) => row.slug),
    ),
    next_cursor: last === undefined ? null : writeCursor({ sort: query.sort, ...last }),
  };
}

/** Which entities stand on the page, and in which order. Covers come second: they are looked up for these alone. */
function selectPage(db: DbOrTrx, query: LibraryQuery) {
  let select = db
    .selectFrom('entity')
    .select([
      'entity.slug',
      'entity.is_favourite as favourite',
      sql<string>`lower(entity.name)`.as('name'),
      exactTime('entity.updated_at').as('at'),
    ])
    .where('entity.category', '=', query.category)
    .where('entity.gone_at', 'is', null);
  if (query.favourite !== undefined) select = select.where('entity.is_favourite', '=', query.favourite);
  if (query.nsfw !== 'all') select = select.where('entity.is_nsfw', '=', query.nsfw === 'nsfw');
  if (query.has_lora !== undefined)
    select = select.where('entity.lora_name', query.has_lora ? 'is not' : 'is', null);
  if (query.has_cover !== undefined)
    select = select.where('entity.cover_key', query.has_cover ? 'is not' : 'is', null);
  if (query.has_problem !== undefined)
    select = select.where(query.has_problem ? hasProblem : sql<boolean>`NOT ${hasProblem}`);
  for (const word of words(query.q)) select = select.where('entity.search', 'like', `%${escapeLike(word)}%`);
  for (const [key, values] of tagFilters(query.tags)) select = select.where(tagMatches(key, values));

  const cursor = query.cursor === undefined ? null : readCursor(Cursor, query.cursor);
  if (cursor !== null && cursor.sort !== query.sort) {
    throw new GazeError('invalid_input', 'The cursor belongs to another order. Start again without it.', {
      field: 'cursor',
    });
  }
  if (cursor !== null) select = select.where(after[query.sort](cursor));
  if (query.sort === 'recent')
    select = select.orderBy('entity.updated_at', 'desc').orderBy('entity.slug', 'desc');
  else {
    if (query.sort === 'favourite') select = select.orderBy('entity.is_favourite', 'desc');
    select = select.orderBy(sql`lower(entity.name) COLLATE "C"`).orderBy('entity.slug');
  }
  return select.limit(query.limit + 1);
}

async function cardsInOrder(
  db: DbOrTrx,
  category: CategoryName,
  slugs: readonly string[],
): Promise<EntityCard[]> {
  if (slugs.length === 0) return [];
  const rows = await selectCards(db)
    .where('entity.category', '=', category)
    .where('entity.slug', 'in', [...slugs])
    .execute();
  const bySlug = new Map(rows.map((row) => [row.slug, row]));
  return slugs.flatMap((slug) => {
    const row = bySlug.get(slug);
    return row === undefined ? [] : [toCard(row)];
  });
}

const Cursor = z.object({
  sort: z.enum(['favourite', 'name', 'recent']),
  favourite: z.boolean(),
  name: z.string(),
  slug: z.string(),
  at: z.string().regex(exactTimePattern),
});
type Cursor = z.infer<typeof Cursor>;

const laterName = (cursor: Cursor): Expression<SqlBool> =>
  sql<SqlBool>`(lower(entity.name) COLLATE "C", entity.slug) > (${cursor.name}, ${cursor.slug})`;

/** What stands behind a position, for each order. */
const after: Record<LibraryQuery['sort'], (cursor: Cursor) => Expression<SqlBool>> = {
  name: laterName,
  recent: (cursor) =>
    sql<SqlBool>`(entity.updated_at, entity.slug) < (${cursor.at}::timestamptz, ${cursor.slug})`,
  // Favourites come first, so what follows a favourite is «later favourites, or any other».
  favourite: (cursor) =>
    cursor.favourite
      ? sql<SqlBool>`(NOT entity.is_favourite OR ${laterName(cursor)})`
      : sql<SqlBool>`(NOT entity.is_favourite AND ${laterName(cursor)})`,
};

const hasProblem = sql<boolean>`EXISTS (SELECT FROM problem_file WHERE problem_file.category = entity.category AND ${concernsEntity})`;

const words = (q: string | undefined): string[] =>
  (q ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);

const escapeLike = (word: string): string => word.replace(/[\\%_]/g, (char) => `\\${char}`);

function tagFilters(tags: readonly string[]): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const tag of tags) {
    const colon = tag.indexOf(':');
    if (colon < 1)
      throw new GazeError('invalid_input', `«${tag}» is not a tag filter; write it as key:value.`, {
        field: 'tag',
      });
    const key = tag.slice(0, colon);
    filters.set(key, [...(filters.get(key) ?? []), tag.slice(colon + 1)]);
  }
  return filters;
}

/** Text tags match whole; list tags match where one of their words does. */
function tagMatches(key: string, values: string[]): Expression<SqlBool> {
  return sql<SqlBool>`(entity.tags->>${key} = ANY(${values}::text[]) OR (jsonb_typeof(entity.tags->${key}) = 'array' AND entity.tags->${key} ?| ${values}::text[]))`;
}
