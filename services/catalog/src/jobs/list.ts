import type { JobQuery, JobView } from '@gaze/contracts';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import type { Images } from '../images/images.ts';
import { selectJobs, viewsOf } from './views.ts';

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string().max(100) });

/** One page of jobs, newest first, by keyset. */
export async function listJobs(
  db: DbOrTrx,
  images: Images,
  query: JobQuery,
): Promise<{ items: JobView[]; next_cursor: string | null }> {
  let select = selectJobs(db);
  if (query.status !== undefined) select = select.where('job.status', 'in', query.status);
  if (query.batch_id !== undefined) select = select.where('job.batch_id', '=', query.batch_id);
  if (query.category !== undefined) select = select.where('job.owner_category', '=', query.category);
  if (query.slug !== undefined) select = select.where('job.owner_slug', '=', query.slug);
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(Cursor, query.cursor);
    select = select.where(sql<SqlBool>`(job.created_at, job.id) < (${at}::timestamptz, ${id})`);
  }
  const rows = await select
    .select(exactTime('job.created_at').as('created_exact'))
    .orderBy('job.created_at', 'desc')
    .orderBy('job.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: await viewsOf(db, images, page),
    next_cursor: last === undefined ? null : writeCursor({ at: last.created_exact, id: last.id }),
  };
}
