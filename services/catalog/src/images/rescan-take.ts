import type { ObjectEntry } from '@gaze/media';
import { toWireError } from '@gaze/runtime';
import { sql } from 'kysely';
import { isFileLost } from './rescan-missing.ts';
import { jobOfKey, ownerOfKey } from './placing.ts';
import type { JobFile } from './placing.ts';
import { freshId, imageFromFiles, readPicture, readSidecar } from './read-picture.ts';
import type { PictureFile } from './read-picture.ts';
import type { Rescan } from './rescan-state.ts';
import { ownerIsNsfw } from './rescan-state.ts';
import type { NewImage } from './rows.ts';
import { insertImages, replaceBytes, unhideImage } from './rows.ts';
import { sweepJobFile } from './sweep.ts';
import { trashPath } from './trash-files.ts';

/** Files that no row knows: pictures from outside, moved ones, returned ones, and left-overs of jobs. */
export async function takeNew(scan: Rescan, entries: readonly ObjectEntry[]): Promise<void> {
  const { db } = scan.deps;
  const keys = entries.map(({ key }) => key);
  // A job may have brought its row since the rows of this place were read.
  // One on its way into the trash is none.
  const { rows } = await sql<{ key: string }>`
    SELECT key FROM image WHERE key = ANY(${keys}::text[])
    UNION SELECT key FROM image_hidden WHERE key = ANY(${keys}::text[]) AND move_due`.execute(db);
  const known = new Set(rows.map(({ key }) => key));
  const added: NewImage[] = [];
  for (const entry of entries) {
    scan.deps.signal.throwIfAborted();
    if (known.has(entry.key)) continue;
    const image = await noting(scan, entry.key, () => takeOne(scan, entry));
    if (image !== null) added.push(image);
  }
  if (added.length === 0) return;
  const ids = await db
    .transaction()
    .execute(async (trx) => insertImages(trx, await withFreeIds(scan, added)));
  scan.result.added += ids.length;
  scan.told.created.push(...ids);
}

/** A row to be put in; null where there is nothing to put in, or it was a move. */
async function takeOne(scan: Rescan, entry: ObjectEntry): Promise<NewImage | null> {
  const { store } = scan.deps;
  const sidecar = await readSidecar(store, `${entry.key}.json`);
  const job = jobOfKey(entry.key);
  const picture = await readPicture(store, entry.key, entry.bytes);
  // What a generator stored is a picture once its job took it; the sidecar comes after that and says so.
  if (job !== null && sidecar === null && isOfJob(job, picture)) {
    if (await sweepJobFile(scan.deps, entry, job)) scan.result.swept++;
    return null;
  }
  if (await comesBack(scan, entry, picture)) return null;
  return imageFromFiles(entry, picture, sidecar, await ownerIsNsfw(scan, ownerOfKey(entry.key)));
}

const isOfJob = (job: JobFile, { generation }: PictureFile): boolean =>
  generation === null || generation.job_id === job.jobId;

/** The same bytes as a picture whose file is gone: it was moved, or it is back. Flags and id stay with it. */
async function comesBack(scan: Rescan, entry: ObjectEntry, picture: PictureFile): Promise<boolean> {
  const { db, store } = scan.deps;
  const owner = ownerOfKey(entry.key);
  const place = {
    key: entry.key,
    file_etag: entry.etag,
    owner_category: owner?.category ?? null,
    owner_slug: owner?.slug ?? null,
  };
  const hidden = await hiddenTwin(scan, entry.key, picture.sha256);
  if (hidden !== null) {
    await db.transaction().execute(async (trx) => {
      await unhideImage(trx, hidden, entry.key);
      await trx.updateTable('image').set(place).where('id', '=', hidden).execute();
    });
    scan.result.moved++;
    scan.told.created.push(hidden);
    return true;
  }
  const twins = await db
    .selectFrom('image')
    .select(['id', 'key'])
    .where('sha256', '=', picture.sha256)
    .execute();
  for (const twin of twins) {
    if (!(await isFileLost(store, twin.key))) continue;
    const moved = await db
      .updateTable('image')
      .set(place)
      .where('id', '=', twin.id)
      .where('key', '=', twin.key)
      .executeTakeFirst();
    if (moved.numUpdatedRows === 0n) continue;
    await db.updateTable('entity').set({ cover_key: entry.key }).where('cover_key', '=', twin.key).execute();
    scan.result.moved++;
    scan.told.changed.push(twin.id);
    return true;
  }
  return false;
}

/** A hidden picture with these bytes that is nowhere else: its file was gone, or somebody took it out of the trash by hand. */
async function hiddenTwin(scan: Rescan, key: string, sha256: string): Promise<string | null> {
  const rows = await scan.deps.db
    .selectFrom('image_hidden')
    .select(['id', 'key', 'reason'])
    .where('sha256', '=', sha256)
    .orderBy(sql`key = ${key}`, 'desc')
    .execute();
  for (const row of rows)
    if (row.reason === 'missing' || (await isFileLost(scan.deps.store, trashPath(row.id, row.key))))
      return row.id;
  return null;
}

/** Ids come from keys; where a picture that was moved away has kept the id, another one is drawn. */
async function withFreeIds(scan: Rescan, images: readonly NewImage[]): Promise<NewImage[]> {
  const ids = images.map(({ id }) => id);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM image WHERE id = ANY(${ids}::text[])
    UNION SELECT id FROM image_hidden WHERE id = ANY(${ids}::text[])`.execute(scan.deps.db);
  const taken = new Set(rows.map(({ id }) => id));
  return images.map((image) => (taken.has(image.id) ? { ...image, id: freshId() } : image));
}

/** Other bytes under a known key. */
export async function takeChanged(
  scan: Rescan,
  pairs: readonly { entry: ObjectEntry; id: string }[],
): Promise<void> {
  const { db, store } = scan.deps;
  for (const { entry, id } of pairs) {
    await noting(scan, entry.key, async () => {
      const picture = await readPicture(store, entry.key, entry.bytes);
      const row = await db
        .selectFrom('image')
        .select(['sha256', 'key'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row?.key !== entry.key) return null;
      if (row.sha256 === picture.sha256) {
        // Copied anew, or touched: only its stamp is another.
        await db.updateTable('image').set({ file_etag: entry.etag }).where('id', '=', id).execute();
        return null;
      }
      const { generation: record, metadata, ...file } = picture;
      const owner = ownerOfKey(entry.key);
      await db.transaction().execute((trx) =>
        replaceBytes(trx, id, {
          ...file,
          owner,
          record,
          metadata: record === null ? metadata : null,
          fileEtag: entry.etag,
        }),
      );
      scan.result.changed++;
      scan.told.changed.push(id);
      return null;
    });
  }
}

/** Sidecars that somebody edited: their flags count, unless newer ones still wait to be written. */
export async function takeSidecars(
  scan: Rescan,
  found: readonly { key: string; etag: string }[],
): Promise<void> {
  const { db, store } = scan.deps;
  const keys = found.map(({ key }) => key);
  const { rows } = await sql<{ id: string; key: string; sidecar_etag: string | null }>`
    SELECT id, key, sidecar_etag FROM image
    WHERE key = ANY(${keys}::text[]) AND sidecar_written`.execute(db);
  const etags = new Map(found.map(({ key, etag }) => [key, etag]));
  for (const row of rows) {
    if (row.sidecar_etag === etags.get(row.key)) continue;
    await noting(scan, `${row.key}.json`, async () => {
      const sidecar = await readSidecar(store, `${row.key}.json`);
      if (sidecar === null) return null;
      const { isFavourite, isNsfw, rating, etag } = sidecar;
      const result = await db
        .updateTable('image')
        .set({
          sidecar_etag: etag,
          is_favourite: isFavourite,
          rating,
          ...(isNsfw === null ? {} : { is_nsfw: isNsfw }),
        })
        .where('id', '=', row.id)
        .where('sidecar_written', '=', true)
        .executeTakeFirst();
      if (result.numUpdatedRows > 0n) {
        scan.result.changed++;
        scan.told.changed.push(row.id);
      }
      return null;
    });
  }
}

/** One file that cannot be read is a problem of its own; a store that is away ends the rescan. */
async function noting<T>(scan: Rescan, key: string, work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const wire = toWireError(error);
    if (wire.code !== 'image_invalid' && wire.code !== 'not_found' && wire.code !== 'invalid_input')
      throw error;
    if (wire.code === 'image_invalid') scan.result.problems.push({ key, message: wire.message });
    return null;
  }
}
