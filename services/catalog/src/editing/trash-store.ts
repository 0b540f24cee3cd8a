import type { CategoryName, TrashView } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import { z } from 'zod';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import type { TrashedState } from '../db/schema.ts';
import { authorOf } from './authors.ts';

/** Folder below the data folder; a scan never looks into it. */
export const trashRoot = '.trash';

/** What only the database knows of an entity, to be kept beside its file in the trash. @returns null where it is not there */
export async function stateOf(db: DbOrTrx, category: CategoryName, slug: string): Promise<TrashedState> {
  const row = await db
    .selectFrom('entity')
    .select(['is_favourite', 'default_fields', 'active_outfit', 'page_state', 'cover_key', 'cover_sha256'])
    .where('category', '=', category)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row ?? {};
}

/** Gives a restored entity back what the database knew of it. */
export async function restoreState(
  trx: Trx,
  category: CategoryName,
  slug: string,
  state: TrashedState,
): Promise<void> {
  const { default_fields, page_state, ...plain } = state;
  await trx
    .updateTable('entity')
    .set({
      ...plain,
      sample_cover_due: false,
      ...(default_fields === undefined ? {} : { default_fields: JSON.stringify(default_fields) }),
      ...(page_state === undefined ? {} : { page_state: JSON.stringify(page_state) }),
    })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .execute();
}

export type TrashRow = Awaited<ReturnType<typeof trashById>>;

/** @throws GazeError not_found */
export async function trashById(db: DbOrTrx, id: string) {
  const row = await db.selectFrom('trash').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined)
    throw new GazeError('not_found', `There is nothing «${id}» in the trash.`, { field: 'id' });
  return row;
}

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string() });

/** One page of what was deleted, newest first. */
export async function listTrash(
  db: DbOrTrx,
  query: { category?: CategoryName | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: TrashView[]; next_cursor: string | null }> {
  let select = db.selectFrom('trash').selectAll().select(exactTime('trash.deleted_at').as('at'));
  if (query.category !== undefined) select = select.where('category', '=', query.category);
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(Cursor, query.cursor);
    select = select.where(sql<SqlBool>`(deleted_at, id) < (${at}::timestamptz, ${id})`);
  }
  const rows = await select
    .orderBy('deleted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ id, category, slug, name, filename, model, deleted_by, deleted_at }) => ({
      ...{ id, category, slug, name, filename },
      model_file: model?.from ?? null,
      deleted_by: authorOf(deleted_by),
      deleted_at: deleted_at.toISOString(),
    })),
    next_cursor: last === undefined ? null : writeCursor({ at: last.at, id: last.id }),
  };
}
