import type { LibraryQuery, SearchQuery } from '@gaze/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { z } from 'zod';
import type { Db } from '../../src/db/connect.ts';
import { readCursor } from '../../src/db/cursor.ts';
import { imageSource } from '../../src/images/filters.ts';
import { allOf, askedOf } from '../../src/search/word-query.ts';

const Cursor = z.object({ favourite: z.boolean(), name: z.string(), slug: z.string(), at: z.string() });

/** A page of cards as one statement, as somebody would write it who knows PostgreSQL and needs nothing else. */
export async function libraryPage(db: Db, query: LibraryQuery): Promise<unknown> {
  const at = query.cursor === undefined ? null : readCursor(Cursor, query.cursor);
  const later = at === null ? sql`TRUE` : sql`(lower(name) COLLATE "C", slug) > (${at.name}, ${at.slug})`;
  const after = {
    name: later,
    recent: at === null ? sql`TRUE` : sql`(updated_at, slug) < (${at.at}::timestamptz, ${at.slug})`,
    favourite: at === null ? sql`TRUE` : at.favourite ? sql`(NOT is_favourite OR ${later})` : sql`NOT is_favourite AND ${later}`,
  }[query.sort];
  const order = {
    name: sql`lower(name) COLLATE "C", slug`,
    recent: sql`updated_at DESC, slug DESC`,
    favourite: sql`is_favourite DESC, lower(name) COLLATE "C", slug`,
  }[query.sort];
  const { rows } = await sql`
    SELECT page.*, fallback.key, fallback.sha256, problem.message FROM (
      SELECT category, slug, id, name, subtitle, filename, is_favourite, is_nsfw, lora_name, lora_weight, cover_key, cover_sha256
      FROM entity WHERE category = ${query.category} AND gone_at IS NULL AND ${after} ORDER BY ${order} LIMIT ${query.limit + 1}) AS page
    LEFT JOIN LATERAL (
      SELECT key, sha256 FROM (SELECT key, sha256 FROM image WHERE owner_category = page.category AND owner_slug = page.slug
        ORDER BY created_at DESC, id DESC LIMIT 20) AS newest WHERE page.cover_key IS NULL ORDER BY random() LIMIT 1) AS fallback ON true
    LEFT JOIN LATERAL (SELECT message FROM problem_file WHERE problem_file.category = page.category AND file = page.filename LIMIT 1) AS problem ON true`.execute(db);
  return rows;
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
      LEFT JOIN entity AS owner ON owner.category = image.owner_category AND owner.slug = image.owner_slug`.execute(db);
  const walked = sql`SELECT id FROM image WHERE ${matching} ORDER BY created_at DESC, id DESC LIMIT ${query.limit}`;
  const indexed = sql`WITH hits AS MATERIALIZED (SELECT id, created_at FROM image WHERE ${matching})
    SELECT id FROM hits ORDER BY created_at DESC, id DESC LIMIT ${query.limit}`;
  const walkCount = sql`SELECT count(*) FROM (SELECT FROM (SELECT search FROM image WHERE ${source.where} ORDER BY created_at DESC, id DESC) AS newest
    WHERE search @@ ${allOf(asked)}::tsquery LIMIT 1001) AS limited`;
  const indexCount = sql`SELECT count(*) FROM (SELECT FROM image WHERE ${matching} LIMIT 1001) AS limited`;
  const times: number[] = [];
  for (const work of [page(walked, walkCount), page(indexed, indexCount), page(walked, indexCount)]) {
    // A plan that is hopeless for this question is given up early: the best one counts.
    const first = await timedOnce(work);
    times.push(times.length > 0 && first > 5 * Math.min(...times) ? first : await median(work));
  }
  return Math.min(...times);
}

async function timedOnce(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
