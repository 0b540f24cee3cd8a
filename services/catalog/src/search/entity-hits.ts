import { categoryList, searchCap } from '@gaze/contracts';
import type { CappedCount, CategoryName, SearchQuery } from '@gaze/contracts';
import { askedWords } from '@gaze/domain';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

export interface FoundEntities {
  category: CategoryName;
  found: CappedCount;
  /** Best first. */
  slugs: string[];
}

/** So many of each kind of match are ranked; a word that is in half a library is not sorted as a whole. */
const rankedPerTier = 200;
/** Parts of words shorter than this have no index. */
const shortestPart = 3;

/**
 * Entities by words, each a beginning of a word or a part of one. Per category, best first: the name itself, names
 * that begin so, names with all the words, texts with all the words, texts that hold them anywhere; favourites first
 * among equals.
 */
export async function findEntities(db: DbOrTrx, query: SearchQuery): Promise<FoundEntities[]> {
  const words = askedWords(query.q);
  if (words.length === 0) return [];
  const names = query.category === undefined ? categoryList.map(({ name }) => name) : [query.category];
  const { rows } = await sql<{ category: CategoryName; slugs: string[] | null; n: number }>`
    SELECT asked.category, best.slugs, total.n
    FROM unnest(${names}::text[]) WITH ORDINALITY AS asked (category, place)
    CROSS JOIN LATERAL (${bestOf(query, words)}) AS best
    CROSS JOIN LATERAL (${countOf(query, words)}) AS total
    WHERE total.n > 0 ORDER BY asked.place`.execute(db);
  return rows.map(({ category, slugs, n }) => ({
    category,
    slugs: slugs ?? [],
    found: { count: Math.min(n, searchCap), is_capped: n > searchCap },
  }));
}

/** As it was typed; PostgreSQL takes no NUL. */
const plainOf = ({ q }: SearchQuery): string => q.replaceAll('\0', '').trim().toLowerCase();

const tsquery = (words: readonly string[]): string => words.map((word) => `'${word}':*`).join(' & ');
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);

/** What every tier asks of an entity besides the words. */
function shown({ nsfw }: SearchQuery): RawBuilder<SqlBool> {
  const flag = nsfw === 'all' ? sql`` : nsfw === 'nsfw' ? sql` AND is_nsfw` : sql` AND NOT is_nsfw`;
  return sql<SqlBool>`category = asked.category AND gone_at IS NULL${flag}`;
}

/** Walking through a category by its key meets a common word soon; over the whole table it meets other categories. */
const bySlug = sql` ORDER BY slug`;

function bestOf(query: SearchQuery, words: readonly string[]): RawBuilder<unknown> {
  const typed = plainOf(query);
  const begins = sql`lower(name) COLLATE "C" >= ${typed} AND lower(name) COLLATE "C" < ${typed} || chr(1114111)`;
  const tier = (rank: RawBuilder<unknown>, where: RawBuilder<unknown>, order = bySlug): RawBuilder<unknown> =>
    sql`SELECT slug, ${rank} AS rank FROM entity WHERE ${shown(query)} AND ${where}${order} LIMIT ${rankedPerTier}`;
  // What an earlier tier found stands before all of a later one: once there is enough, nobody looks further.
  const unlessFull = (...earlier: string[]): RawBuilder<SqlBool> =>
    sql<SqlBool>`(SELECT count(DISTINCT slug) FROM (${sql.join(
      earlier.map((name) => sql`SELECT slug FROM ${sql.id(name)}`),
      sql` UNION ALL `,
    )}) AS enough) < ${query.limit} AND `;
  const inName = sql`${unlessFull('named')} name_words @@ ${tsquery(words)}::tsquery`;
  const inText = sql`${unlessFull('named', 'in_name')} search_words @@ ${tsquery(words)}::tsquery`;
  const anywhere = hasPart(words)
    ? sql`${unlessFull('named', 'in_name', 'in_text')} ${holds(words)}`
    : sql`FALSE`;
  return sql`
    WITH named AS MATERIALIZED (
      (${tier(sql`CASE WHEN lower(name) = ${typed} THEN 0 ELSE 1 END`, begins, sql` ORDER BY lower(name) COLLATE "C", slug`)})
      UNION ALL (${tier(sql`0`, sql`slug = ${typed}`)})),
    in_name AS MATERIALIZED (${tier(sql`2`, inName)}),
    in_text AS MATERIALIZED (${tier(sql`3`, inText)}),
    anywhere AS MATERIALIZED (${tier(sql`4`, anywhere)})
    SELECT array_agg(slug ORDER BY rank, is_favourite DESC, name, slug) AS slugs FROM (
      SELECT hit.slug, hit.rank, entity.is_favourite, lower(entity.name) COLLATE "C" AS name
      FROM (SELECT slug, min(rank) AS rank FROM (
        SELECT * FROM named UNION ALL SELECT * FROM in_name UNION ALL SELECT * FROM in_text UNION ALL SELECT * FROM anywhere) AS tiers
        GROUP BY slug) AS hit
      JOIN entity ON entity.category = asked.category AND entity.slug = hit.slug
      ORDER BY hit.rank, entity.is_favourite DESC, lower(entity.name) COLLATE "C", hit.slug LIMIT ${query.limit}) AS ranked`;
}

/** Whether parts of words can be looked for by index: at least one word is long enough. */
const hasPart = (words: readonly string[]): boolean => words.some((word) => word.length >= shortestPart);

const holds = (words: readonly string[]): RawBuilder<SqlBool> =>
  sql.join<SqlBool>(
    words.map((word) => sql`search LIKE ${`%${escapeLike(word)}%`}`),
    sql` AND `,
  );

function countOf(query: SearchQuery, words: readonly string[]): RawBuilder<unknown> {
  const part = hasPart(words) ? sql` OR (${holds(words)})` : sql``;
  const byName = sql`slug = ${plainOf(query)}`;
  return sql`
    SELECT count(*)::int AS n FROM (
      SELECT FROM entity
      WHERE ${shown(query)} AND (search_words @@ ${tsquery(words)}::tsquery OR ${byName}${part})
      ORDER BY slug LIMIT ${searchCap + 1}) AS limited`;
}
