import type { ImageQuery, ImageView } from '@gaze/contracts';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import { imageView, selectImages } from './views.ts';

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string() });

/** One page of pictures, newest first, by keyset. */
export async function listImages(
  db: DbOrTrx,
  query: ImageQuery,
): Promise<{ items: ImageView[]; next_cursor: string | null }> {
  let select = selectImages(db).select(exactTime('image.created_at').as('at'));
  if (query.category !== undefined) select = select.where('image.owner_category', '=', query.category);
  if (query.slug !== undefined) select = select.where('image.owner_slug', '=', query.slug);
  if (query.favourite !== undefined) select = select.where('image.is_favourite', '=', query.favourite);
  if (query.nsfw !== 'all') select = select.where('image.is_nsfw', '=', query.nsfw === 'nsfw');
  if (query.checkpoint !== undefined) select = select.where('image.checkpoint', '=', query.checkpoint);
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(Cursor, query.cursor);
    select = select.where(sql<SqlBool>`(image.created_at, image.id) < (${at}::timestamptz, ${id})`);
  }
  const rows = await select
    .orderBy('image.created_at', 'desc')
    .orderBy('image.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: page.map(imageView),
    next_cursor: last === undefined ? null : writeCursor({ at: last.at, id: last.id }),
  };
}
