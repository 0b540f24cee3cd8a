import type { SearchQuery } from '@gaze/contracts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type pg from 'pg';
import type { Db } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/schema.ts';
import { imageSource } from '../../src/images/filters.ts';
import { allOf, askedOf } from '../../src/search/word-query.ts';

/** The statements behind some work, to be run again by the bare driver: what the same answer costs in SQL alone. */
export async function sameSqlAlone(
  pool: pg.Pool,
  work: (db: Db) => Promise<unknown>,
): Promise<() => Promise<unknown>> {
  const statements: { text: string; values: unknown[] }[] = [];
  const listening: Db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => {
      statements.push({ text: query.sql, values: [...query.parameters] });
    },
  });
  await work(listening);
  return async () => {
    for (const statement of statements) await pool.query(statement);
  };
}

/** The fastest of the plans that give pictures and capped count: walking the gallery, over the index, or half and half. */
export async function bestImageSearch(
  db: Db,
  query: SearchQuery,
  median: (work: () => Promise<unknown>) => Promise<number>,
): Promise<number> {
  const asked = await askedOf(db, query.q);
  const source = imageSource({ category: query.category, nsfw: query.nsfw });
  const matching = sql`${source.where} AND search @@ ${allOf(asked)}::tsquery`;
  const page = (ids: RawBuilder<unknown>, count: RawBuilder<unknown>) => () =>
    sql`SELECT image.*, owner.name, (${count}) AS total FROM (${ids}) AS found JOIN image USING (id)
      LEFT JOIN entity AS owner ON owner.category = image.owner_category AND owner.slug = image.owner_slug`.execute(
      db,
    );
  const walked = sql`SELECT id FROM image WHERE ${matching} ORDER BY created_at DESC, id DESC LIMIT ${query.limit}`;
  const indexed = sql`WITH hits AS MATERIALIZED (SELECT id, created_at FROM image WHERE ${matching})
    SELECT id FROM hits ORDER BY created_at DESC, id DESC LIMIT ${query.limit}`;
  const walkCount = sql`SELECT count(*) FROM (SELECT FROM (SELECT search FROM image WHERE ${source.where} ORDER BY created_at DESC, id DESC) AS newest
    WHERE search @@ ${allOf(asked)}::tsquery LIMIT 1001) AS limited`;
  const indexCount = sql`SELECT count(*) FROM (SELECT FROM image WHERE ${matching} LIMIT 1001) AS limited`;
  let best = Infinity;
  for (const work of [page(walked, walkCount), page(indexed, indexCount), page(walked, indexCount)]) {
    // A plan that is hopeless for this question is given up early, by itself or by the limit of its connection.
    const first = await timedOnce(work).catch(() => Infinity);
    if (first < 3 * best) best = Math.min(best, await median(work));
  }
  return best;
}

async function timedOnce(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
