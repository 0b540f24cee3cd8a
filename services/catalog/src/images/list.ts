import type { ImageQuery, ImageView } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { imageView, selectImages } from './views.ts';

/** One page of pictures, newest first, by keyset. */
export async function listImages(db: DbOrTrx, query: ImageQuery): Promise<{ items: ImageView[]; next_cursor: string | null }> {
  let select = selectImages(db);
  if (query.category !== undefined) select = select.where('image.owner_category', '=', query.category);
  if (query.slug !== undefined) select = select.where('image.owner_slug', '=', query.slug);
  if (query.favourite !== undefined) select = select.where('image.is_favourite', '=', query.favourite);
  if (query.nsfw !== 'all') select = select.where('image.is_nsfw', '=', query.nsfw === 'nsfw');
  if (query.checkpoint !== undefined) select = select.where('image.checkpoint', '=', query.checkpoint);
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(query.cursor);
    select = select.where(sql<SqlBool>`(image.created_at, image.id) < (${at}::timestamptz, ${id})`);
  }
  // Times in Postgres are finer than a JavaScript date: the cursor carries them as text.
  const rows = await select
    .select(sql<string>`image.created_at::text`.as('created_text'))
    .orderBy('image.created_at', 'desc')
    .orderBy('image.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return { items: page.map(imageView), next_cursor: last === undefined ? null : writeCursor(last.created_text, last.id) };
}

const writeCursor = (at: string, id: string): string => Buffer.from(`${at} ${id}`).toString('base64url');

function readCursor(text: string): { at: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::?\d\d)?) ([\w.-]+)$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  const [, at, id] = match ?? [];
  if (at === undefined || id === undefined) throw new GazeError('invalid_input', 'The cursor is not one that GAZE gave out. Start again without it.', { field: 'cursor' });
  return { at, id };
}
