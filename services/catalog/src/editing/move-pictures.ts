import type { ObjectStore } from '@gaze/media';
import { folderOf } from '@gaze/domain';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { cardOf } from '../library/cards.ts';
import { rewordImage } from '../images/rows.ts';
import { imageView, selectImages } from '../images/views.ts';
import type { DueRename } from './renames-store.ts';
import { isTakenAgain } from './renames-store.ts';
import { hasOpenJobs, ownRows } from './rename-rows.ts';

interface MoveDeps {
  db: Db;
  store: ObjectStore;
  events: Events;
}

/**
 * Brings the pictures of a renamed entity, and their sidecars, into its new folder. May be cut off and begun again at
 * any moment: a picture's row says where it lies, and a file that is there already is not moved twice.
 * @returns false while jobs under way still store pictures in the old folder
 */
export async function movePictures(deps: MoveDeps, due: DueRename): Promise<boolean> {
  const { category, from_slug: from, to_slug: to } = due;
  const again = await isTakenAgain(deps.db, category, { slug: from });
  if (!again) await deps.db.transaction().execute((trx) => ownRows(trx, category, from, to));
  const [old, fresh] = [`${folderOf({ category, slug: from })}/`, `${folderOf({ category, slug: to })}/`];
  for (;;) {
    const images = await imagesIn(deps.db, due, old);
    if (images.length === 0) break;
    for (const image of images) await moveImage(deps, due, image, `${fresh}${image.key.slice(old.length)}`);
  }
  await moveCover(deps, due, old, fresh);
  // Files without a row, such as those of strengths sweeps, go along unless a new entity has the folder.
  if (!again) await moveRest(deps, old, fresh);
  deps.events.wake();
  return again || !(await hasOpenJobs(deps.db, category, from));
}

function imagesIn(db: Db, due: DueRename, folder: string) {
  return db
    .selectFrom('image')
    .select(['id', 'key', 'record', 'metadata'])
    .where('owner_category', '=', due.category)
    .where('owner_slug', '=', due.to_slug)
    .where(sql<boolean>`starts_with(key, ${folder})`)
    .orderBy('id')
    .limit(100)
    .execute();
}

type Image = Awaited<ReturnType<typeof imagesIn>>[number];

async function moveImage(deps: MoveDeps, due: DueRename, image: Image, key: string): Promise<void> {
  await moveKey(deps.store, image.key, key);
  await moveKey(deps.store, `${image.key}.json`, `${key}.json`);
  await deps.db.transaction().execute(async (trx) => {
    await trx.updateTable('image').set({ key }).where('id', '=', image.id).execute();
    const owner = { category: due.category, slug: due.to_slug };
    await rewordImage(trx, image.id, { owner, record: image.record, metadata: image.metadata });
    const covered = await trx
      .updateTable('entity')
      .set({ cover_key: key })
      .where('cover_key', '=', image.key)
      .returning(['category', 'slug'])
      .execute();
    const row = await selectImages(trx).where('image.id', '=', image.id).executeTakeFirstOrThrow();
    await deps.events.emit(trx, { type: 'image.changed', image: imageView(row) });
    for (const { category, slug } of covered) {
      const entity = await cardOf(trx, category, slug);
      if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
    }
  });
}

/** A cover that is no picture of the gallery. */
async function moveCover(deps: MoveDeps, due: DueRename, old: string, fresh: string): Promise<void> {
  const row = await deps.db
    .selectFrom('entity')
    .select('cover_key')
    .where('category', '=', due.category)
    .where('slug', '=', due.to_slug)
    .executeTakeFirst();
  const key = row?.cover_key;
  if (key === undefined || key === null || !key.startsWith(old)) return;
  const moved = `${fresh}${key.slice(old.length)}`;
  await moveKey(deps.store, key, moved);
  await deps.db.transaction().execute(async (trx) => {
    await trx.updateTable('entity').set({ cover_key: moved }).where('cover_key', '=', key).execute();
    const entity = await cardOf(trx, due.category, due.to_slug);
    if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
  });
}

async function moveRest(deps: MoveDeps, old: string, fresh: string): Promise<void> {
  const { keys } = await deps.store.list(old, { limit: 10_000 });
  // What a worker has just stored has no row yet; its job brings it here, and the next round takes it along.
  for (const key of keys.filter((name) => !/\/gen_[^/]*$/.test(name)))
    await moveKey(deps.store, key, `${fresh}${key.slice(old.length)}`);
}

/** Moves what is there; what is gone was moved before. */
async function moveKey(store: ObjectStore, from: string, to: string): Promise<void> {
  if (await store.exists(from)) await store.move(from, to);
}
