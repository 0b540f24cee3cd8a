import type { CategoryName, ImageView, TrashedImage } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, DbOrTrx, Trx } from '../db/connect.ts';
import { exactTime, exactTimePattern, readCursor, writeCursor } from '../db/cursor.ts';
import type { Events } from '../events/events.ts';
import { cardOf } from '../library/cards.ts';
import { setCover } from '../library/covers.ts';
import { hideImage, unhideImage } from './rows.ts';
import { makeThumb, removeThumbs } from './thumbs.ts';
import { moveFromTrash, moveToTrash, trashPath } from './trash-files.ts';
import { imageView, notThere, selectImages, viewColumns } from './views.ts';

export interface TrashDeps {
  db: Db;
  store: ObjectStore;
  events: Events;
  log: Log;
}

type Owner = { category: CategoryName; slug: string };

/**
 * Puts a picture into the trash. The row says it first and the files follow, so that a crash in between loses
 * nothing; entities whose cover it was show another one until it is back.
 * @throws GazeError not_found
 */
export async function trashImage(deps: TrashDeps, id: string): Promise<null> {
  await deps.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('image')
      .select('key')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw notThere(id);
    const covers = await takeCovers(deps, trx, row.key);
    await hideImage(trx, id, { reason: 'trash', covers, moveDue: true });
    await deps.events.emit(trx, { type: 'image.removed', image_id: id });
  });
  deps.events.wake();
  await finishMove(deps, id).catch((error: unknown) =>
    deps.log.warn(
      { err: error, image: id },
      'a picture could not be moved to the trash yet; it is tried again',
    ),
  );
  return null;
}

async function takeCovers(deps: TrashDeps, trx: Trx, key: string): Promise<Owner[]> {
  const covers = await trx
    .updateTable('entity')
    .set({ cover_key: null, cover_sha256: null })
    .where('cover_key', '=', key)
    .returning(['category', 'slug'])
    .execute();
  for (const owner of covers) await tellEntity(deps, trx, owner);
  return covers;
}

async function tellEntity(deps: TrashDeps, trx: Trx, { category, slug }: Owner): Promise<void> {
  const entity = await cardOf(trx, category, slug);
  if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
}

/** Moves the files of one picture whose row is in the trash already. */
async function finishMove(deps: TrashDeps, id: string): Promise<void> {
  const row = await deps.db
    .selectFrom('image_hidden')
    .select(['id', 'key', 'sha256', 'is_favourite', 'is_nsfw', 'rating', 'record', 'covers', 'hidden_at'])
    .where('id', '=', id)
    .where('move_due', '=', true)
    .executeTakeFirst();
  if (row === undefined) return;
  // The last moment for it: the trash shows its pictures, too, and their originals are out of reach there.
  await makeThumb(deps, row);
  await moveToTrash(deps.store, row);
  await deps.db.updateTable('image_hidden').set({ move_due: false }).where('id', '=', id).execute();
}

/** What a crash or a store that was away left behind. @throws the first failure, after all others had their turn */
export async function finishMoves(deps: TrashDeps): Promise<void> {
  const due = await deps.db.selectFrom('image_hidden').select('id').where('move_due', '=', true).execute();
  const failures: unknown[] = [];
  for (const { id } of due) await finishMove(deps, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/**
 * Brings a picture back to its place, and to the entities whose cover it was and that have none now.
 * @throws GazeError not_found, conflict
 */
export async function restoreImage(deps: TrashDeps, id: string): Promise<ImageView> {
  const row = await trashedById(deps.db, id);
  await finishMove(deps, id);
  await moveFromTrash(deps.store, id, row.key);
  const view = await deps.db.transaction().execute(async (trx) => {
    // Again, and held: somebody may have restored it at the same moment.
    const { covers, key, sha256 } = await trashedById(trx, id);
    await unhideImage(trx, id);
    await trx.updateTable('image').set({ sidecar_written: false }).where('id', '=', id).execute();
    const image = imageView(await selectImages(trx).where('image.id', '=', id).executeTakeFirstOrThrow());
    await deps.events.emit(trx, { type: 'image.created', image });
    for (const owner of covers)
      if (await giveCover(trx, owner, { key, sha256 })) await tellEntity(deps, trx, owner);
    return image;
  });
  deps.events.wake();
  return view;
}

async function giveCover(trx: Trx, owner: Owner, image: { key: string; sha256: string }): Promise<boolean> {
  const entity = await trx
    .selectFrom('entity')
    .select('cover_key')
    .where('category', '=', owner.category)
    .where('slug', '=', owner.slug)
    .executeTakeFirst();
  // What somebody chose meanwhile stays.
  return entity?.cover_key === null && setCover(trx, owner.category, owner.slug, image);
}

/** @throws GazeError not_found */
async function trashedById(db: DbOrTrx, id: string) {
  const row = await db
    .selectFrom('image_hidden')
    .select(['key', 'sha256', 'covers'])
    .where('id', '=', id)
    .where('reason', '=', 'trash')
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined)
    throw new GazeError('not_found', `There is no picture «${id}» in the trash.`, { field: 'image_id' });
  return row;
}

/** Removes a picture of the trash for good: files, thumbnails, row. @throws GazeError not_found */
export async function purgeImage(deps: TrashDeps, id: string): Promise<null> {
  const { key, sha256 } = await trashedById(deps.db, id);
  await finishMove(deps, id);
  await deps.store.delete(trashPath(id, key));
  await deps.store.delete(`${trashPath(id, key)}.json`);
  await deps.db.deleteFrom('image_hidden').where('id', '=', id).where('reason', '=', 'trash').execute();
  await deps.db.deleteFrom('image_entity').where('image_id', '=', id).execute();
  await removeThumbs(deps.db, deps.store, sha256);
  return null;
}

/** Removes for good what was put into the trash so many days ago, some at a time. @returns how many were tried */
export async function purgeOldImages(deps: TrashDeps, days: number, atOnce: number): Promise<number> {
  const rows = await deps.db
    .selectFrom('image_hidden')
    .select('id')
    .where('reason', '=', 'trash')
    .where('hidden_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .orderBy('hidden_at')
    .limit(atOnce)
    .execute();
  for (const { id } of rows) await purgeImage(deps, id);
  return rows.length;
}

const Cursor = z.object({ at: z.string().regex(exactTimePattern), id: z.string() });

/** One page of the trash, newest first. */
export async function listTrashedImages(
  db: DbOrTrx,
  query: { cursor?: string | undefined; limit: number },
): Promise<{ items: TrashedImage[]; next_cursor: string | null }> {
  let select = db
    .selectFrom('image_hidden as image')
    .leftJoin('entity as owner', (join) =>
      join.onRef('owner.category', '=', 'image.owner_category').onRef('owner.slug', '=', 'image.owner_slug'),
    )
    .select([...viewColumns, 'image.hidden_at', 'image.covers', exactTime('image.hidden_at').as('at')])
    .where('image.reason', '=', 'trash');
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(Cursor, query.cursor);
    select = select.where(sql<boolean>`(image.hidden_at, image.id) < (${at}::timestamptz, ${id})`);
  }
  const rows = await select
    .orderBy('image.hidden_at', 'desc')
    .orderBy('image.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return {
    items: page.map((row) => ({
      ...imageView(row),
      trashed_at: row.hidden_at.toISOString(),
      cover_of: row.covers,
    })),
    next_cursor: last === undefined ? null : writeCursor({ at: last.at, id: last.id }),
  };
}
