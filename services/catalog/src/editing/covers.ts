import { randomUUID } from 'node:crypto';
import type { CategoryName } from '@gaze/contracts';
import { folderOf } from '@gaze/domain';
import { checkImage, readAll, readOrigin, readPngText, sha256Of, stagingKey } from '@gaze/media';
import type { ImageFormat, ObjectStore } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { cardOf } from '../library/cards.ts';
import { setCover } from '../library/covers.ts';
import { notThere } from '../library/detail.ts';
import { insertImages } from '../images/rows.ts';
import type { NewImage } from '../images/rows.ts';
import { imageView, selectImages } from '../images/views.ts';

interface CoverDeps {
  db: Db;
  store: ObjectStore;
  events: Events;
  /** Sidecar and thumbnail follow. */
  imagesChanged: () => void;
}

const maxBytes = 32 * 1024 * 1024;
const extensions: Readonly<Record<ImageFormat, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp' };

/**
 * Makes a picture that the gateway staged one of the entity's pictures, and its cover. What is no whole picture is
 * refused by its bytes, whatever it called itself; the staged bytes are gone either way.
 * @throws GazeError not_found; invalid_input for a key that is not staged; image_invalid; payload_too_large
 */
export async function uploadCover(
  deps: CoverDeps,
  request: { category: CategoryName; slug: string; key: string },
): Promise<void> {
  const { category, slug, key } = request;
  if (!stagingKey.test(key))
    throw new GazeError('invalid_input', 'This is not the address of an upload.', { field: 'key' });
  try {
    if ((await cardOf(deps.db, category, slug)) === null) throw notThere(category, slug);
    const { bytes } = await deps.store.stat(key);
    if (bytes > maxBytes)
      throw new GazeError(
        'payload_too_large',
        `The picture has ${bytes} bytes; at most ${maxBytes} are taken.`,
      );
    await keep(deps, request, await readAll(deps.store, key));
  } finally {
    await deps.store.delete(key).catch(() => undefined);
  }
  deps.imagesChanged();
}

async function keep(
  deps: CoverDeps,
  { category, slug, key: staged }: { category: CategoryName; slug: string; key: string },
  bytes: Buffer,
): Promise<void> {
  const { format, width, height } = await checkImage(bytes);
  const sha256 = sha256Of(bytes);
  // Named by content: the same picture again is the same file.
  const key = `${folderOf({ category, slug })}/upload_${sha256.slice(0, 16)}.${extensions[format]}`;
  await deps.store.move(staged, key);
  const { generation: record, metadata } = readOrigin(format === 'png' ? readPngText(bytes) : {});
  const image = {
    ...{ key, sha256, bytes: bytes.length, width, height },
    ...{ record, metadata: record === null ? metadata : null },
  };
  await deps.db.transaction().execute(async (trx) => {
    if (!(await setCover(trx, category, slug, image))) throw notThere(category, slug);
    await insertImage(deps, trx, { category, slug }, image);
    const entity = await cardOf(trx, category, slug);
    if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
  });
  deps.events.wake();
}

async function insertImage(
  deps: CoverDeps,
  trx: Trx,
  owner: { category: CategoryName; slug: string },
  image: Pick<NewImage, 'key' | 'sha256' | 'bytes' | 'width' | 'height' | 'record' | 'metadata'>,
): Promise<void> {
  const entity = await trx
    .selectFrom('entity')
    .select(['is_nsfw', 'name'])
    .where('category', '=', owner.category)
    .where('slug', '=', owner.slug)
    .executeTakeFirst();
  const id = randomUUID();
  const added = await insertImages(trx, [
    {
      ...{ id, ...image, owner, jobId: null, attempt: null, ordinal: 0 },
      ...{ isFavourite: false, isNsfw: entity?.is_nsfw ?? false, rating: null },
      // It is found by whom it shows, whatever it says of itself.
      words: entity === undefined ? [] : [entity.name],
      ...{ sidecarWritten: false, fileEtag: null, sidecarEtag: null },
    },
  ]);
  if (added.length === 0) return;
  const row = await selectImages(trx).where('image.id', '=', id).executeTakeFirstOrThrow();
  await deps.events.emit(trx, { type: 'image.created', image: imageView(row) });
}

/** Takes the covers of a whole category away; the pictures stay. @returns how many had one */
export async function clearCovers(
  deps: Pick<CoverDeps, 'db' | 'events'>,
  category: CategoryName,
): Promise<number> {
  const cleared = await deps.db.transaction().execute(async (trx) => {
    const result = await trx
      .updateTable('entity')
      .set({ cover_key: null, cover_sha256: null })
      .where('category', '=', category)
      .where('cover_key', 'is not', null)
      .where('gone_at', 'is', null)
      .executeTakeFirst();
    if (result.numUpdatedRows > 0n) await deps.events.emit(trx, { type: 'library.changed', category });
    return Number(result.numUpdatedRows);
  });
  deps.events.wake();
  return cleared;
}

const stagingHours = 24;

/** Removes uploads that nobody came back for. */
export async function sweepStaging(store: ObjectStore, now: number): Promise<void> {
  const { keys } = await store.list('.staging/', { limit: 10_000 });
  for (const key of keys) {
    const info = await store.stat(key).catch(() => null);
    if (info !== null && now - info.modified.getTime() > stagingHours * 3_600_000) await store.delete(key);
  }
}
