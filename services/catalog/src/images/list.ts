import type { ImageQuery, ImageView } from '@gaze/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import { findImages } from '../search/find-images.ts';
import { askedOf } from '../search/word-query.ts';
import type { ImageSource } from './filters.ts';
import { imageSource, olderThan } from './filters.ts';
import { imageView, selectImages } from './views.ts';

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string() });
type Cursor = z.infer<typeof Cursor>;

/** One page of pictures, newest first, by keyset: any page costs the same. */
export async function listImages(
  db: DbOrTrx,
  query: ImageQuery,
): Promise<{ items: ImageView[]; next_cursor: string | null }> {
  const { cursor: text, limit, q, ...filter } = query;
  const cursor = text === undefined ? undefined : readCursor(Cursor, text);
  const source = imageSource(filter);
  const ids = await pageOf(db, source, cursor, q ?? '', limit + 1);
  const rows = await rowsInOrder(db, ids.slice(0, limit));
  const last = ids.length > limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(imageView),
    next_cursor: last === undefined ? null : writeCursor({ at: last.at, id: last.id }),
  };
}

/** Ids first: neither owners nor records are looked up for pictures that are not on the page. */
async function pageOf(
  db: DbOrTrx,
  source: ImageSource,
  cursor: Cursor | undefined,
  q: string,
  wanted: number,
): Promise<string[]> {
  const asked = await askedOf(db, q);
  if (asked.length > 0)
    return (await findImages(db, { source, asked, cursor, wanted, isCounted: false })).ids;
  // Something was typed that holds no word: nothing is like it.
  if (q.trim() !== '') return [];
  const place = cursor === undefined ? sql`` : sql` AND ${olderThan(source, cursor)}`;
  const { rows } = await sql<{ id: string }>`
    SELECT ${source.id} AS id FROM ${source.from} WHERE ${source.where}${place}
    ORDER BY ${source.at} DESC, ${source.id} DESC LIMIT ${wanted}`.execute(db);
  return rows.map(({ id }) => id);
}

async function rowsInOrder(db: DbOrTrx, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const rows = await selectImages(db)
    .select(exactTime('image.created_at').as('at'))
    .where('image.id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Pictures by id, in the order of the ids; those that are not there are left out. */
export async function imagesByIds(db: DbOrTrx, ids: readonly string[]): Promise<ImageView[]> {
  return (await rowsInOrder(db, [...new Set(ids)])).map(imageView);
}
