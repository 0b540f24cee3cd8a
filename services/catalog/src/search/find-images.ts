import { searchCap } from '@gaze/contracts';
import type { CappedCount } from '@gaze/contracts';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { olderThan } from '../images/filters.ts';
import type { ImageSource } from '../images/filters.ts';
import type { AskedWord } from './word-query.ts';
import { allOf, matches } from './word-query.ts';

// A million pictures are searched on two roads. Common words are met again and again when one walks through the
// gallery, newest first, and the walk ends as soon as the page is full; over the index they would be half of all
// pictures. Rare words are the other way round. PostgreSQL takes the wrong road now and then, because it counts a
// comparison of words as cheap as one of numbers; so the first few pictures are looked at, and say which road it is.
const probeSize = 1500;
const wideSize = 12_000;
/** So many of the probe: common enough that a walk also counts up to the cap. */
const commonAtLeast = 120;
/** Fewer of the probe: so rare that the walk would be in vain. */
const rareBelow = 8;

interface Question {
  source: ImageSource;
  asked: readonly AskedWord[];
  cursor: { at: string; id: string } | undefined;
  /** Ids to give, newest first. */
  wanted: number;
  isCounted: boolean;
}

export interface FoundImages {
  ids: string[];
  /** Null where nobody asked. */
  found: CappedCount | null;
}

interface Probe {
  seen: number;
  hits: number;
  ids: string[];
  /** How many of them have each word. */
  perWord: number[];
}

/** The newest pictures that have all the words. */
export async function findImages(db: DbOrTrx, question: Question): Promise<FoundImages> {
  const { wanted, isCounted } = question;
  const probe = await look(db, question);
  if (probe.seen < probeSize) return { ids: probe.ids, found: isCounted ? capped(probe.hits) : null };
  const isFull = probe.ids.length >= wanted;
  if (probe.hits >= commonAtLeast) {
    const ids = await walk(db, question, isCounted ? searchCap + 1 : wanted);
    if (!isCounted || ids.length > searchCap) return result(question, ids, ids.length);
    return { ids: ids.slice(0, wanted), found: capped(await countByIndex(db, question, probe)) };
  }
  if (!isFull && probe.hits < rareBelow) return byIndex(db, question, probe);
  // Side by side: each has a connection of its own, and neither needs what the other finds.
  const [ids, count] = await Promise.all([
    isFull ? probe.ids : walk(db, question, wanted),
    isCounted ? countByIndex(db, question, probe) : 0,
  ]);
  return ids.length < wanted ? byIndex(db, question, probe) : result(question, ids, count);
}

const capped = (count: number): CappedCount => ({
  count: Math.min(count, searchCap),
  is_capped: count > searchCap,
});

const result = ({ wanted, isCounted }: Question, ids: string[], count: number): FoundImages => ({
  ids: ids.slice(0, wanted),
  found: isCounted ? capped(count) : null,
});

const newestFirst = sql`at DESC, id DESC`;

/** The newest pictures under the filters: exactly so many, whatever words they have. */
function newest({ source, cursor }: Question, size: number): RawBuilder<unknown> {
  const place = cursor === undefined ? sql`` : sql` AND ${olderThan(source, cursor)}`;
  return sql`(SELECT ${source.id} AS id, ${source.at} AS at, image.search AS search FROM ${source.from}
    WHERE ${source.where}${place} ORDER BY ${source.at} DESC, ${source.id} DESC LIMIT ${size}) AS newest`;
}

const search = sql.ref('search');

async function look(db: DbOrTrx, question: Question): Promise<Probe> {
  const { asked, wanted } = question;
  const hit = matches(search, allOf(asked));
  const perWord = sql.join(
    asked.map(({ query }) => sql`count(*) FILTER (WHERE ${matches(search, query)})::int`),
  );
  const { rows } = await sql<{ seen: number; hits: number; ids: string[] | null; per_word: number[] }>`
    SELECT count(*)::int AS seen, count(*) FILTER (WHERE ${hit})::int AS hits, ARRAY[${perWord}] AS per_word,
      (array_agg(id ORDER BY ${newestFirst}) FILTER (WHERE ${hit}))[1:${wanted}] AS ids
    FROM ${newest(question, probeSize)}`.execute(db);
  const [row] = rows;
  return { seen: row?.seen ?? 0, hits: row?.hits ?? 0, ids: row?.ids ?? [], perWord: row?.per_word ?? [] };
}

async function walk(db: DbOrTrx, question: Question, wanted: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM ${newest(question, wideSize)} WHERE ${matches(search, allOf(question.asked))}
    ORDER BY ${newestFirst} LIMIT ${wanted}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * The words as the index shall look for them: the rare ones. A common one beside a rare one would cost as much as
 * all pictures that have it; it is checked on what the rare ones leave.
 */
function indexed({ source, asked, cursor }: Question, probe: Probe): RawBuilder<SqlBool> {
  const column = sql.ref('image.search');
  const rare = asked.filter((_, i) => (probe.perWord[i] ?? 0) < commonAtLeast);
  const common = rare.length === 0 ? [] : asked.filter((word) => !rare.includes(word));
  const lookedUp = matches(column, allOf(rare.length === 0 ? asked : rare));
  // «IS TRUE» keeps a condition out of the index.
  const checked = common.length === 0 ? sql`` : sql` AND (${matches(column, allOf(common))}) IS TRUE`;
  const place = cursor === undefined ? sql`` : sql` AND ${olderThan(source, cursor)}`;
  return sql<SqlBool>`${source.where} AND ${lookedUp}${checked}${place}`;
}

async function byIndex(db: DbOrTrx, question: Question, probe: Probe): Promise<FoundImages> {
  const { source, wanted, isCounted } = question;
  const { rows } = await sql<{ id: string; total: number }>`
    WITH hits AS MATERIALIZED (
      SELECT ${source.id} AS id, ${source.at} AS at FROM ${source.from} WHERE ${indexed(question, probe)})
    SELECT id, (SELECT count(*)::int FROM hits) AS total FROM hits ORDER BY ${newestFirst} LIMIT ${wanted}`.execute(
    db,
  );
  return {
    ids: rows.map(({ id }) => id),
    found: isCounted ? capped(rows[0]?.total ?? 0) : null,
  };
}

async function countByIndex(db: DbOrTrx, question: Question, probe: Probe): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    SELECT count(*)::int AS n FROM (
      SELECT FROM ${question.source.from} WHERE ${indexed(question, probe)} LIMIT ${searchCap + 1}) AS limited`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
