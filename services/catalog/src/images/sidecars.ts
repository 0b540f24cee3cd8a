import type { Sidecar } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { GazeMediaError, readAll } from '@gaze/media';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { makeThumb } from './thumbs.ts';

export interface SidecarDeps {
  db: Db;
  store: ObjectStore;
  log: Log;
}

const atOnce = 50;

/** What a sidecar holds while its picture is in the trash: enough to bring it back without the database. */
export const trashKey = 'gaze_trash';

/**
 * Writes `<key>.json` and the grid thumbnail of every picture that still lacks them. The rows say what is due, so
 * that a crash between commit and file only delays them.
 * @throws what the first failure was, after all others had their turn
 */
export async function writeDueSidecars(deps: SidecarDeps): Promise<void> {
  const failures: unknown[] = [];
  let after = '';
  for (;;) {
    const due = await dueAfter(deps.db, after);
    for (const image of due) await writeOne(deps, image).catch((error: unknown) => failures.push(error));
    const last = due.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  if (failures.length > 0) throw failures[0];
}

type DueImage = Awaited<ReturnType<typeof dueAfter>>[number];

function dueAfter(db: Db, after: string) {
  return db
    .selectFrom('image')
    .select(['id', 'key', 'sha256', 'is_favourite', 'is_nsfw', 'rating', 'record', 'file_etag', 'thumb_due'])
    .where('sidecar_written', '=', false)
    .where('id', '>', after)
    .orderBy('id')
    .limit(atOnce)
    .execute();
}

async function writeOne(deps: SidecarDeps, image: DueImage): Promise<void> {
  const key = `${image.key}.json`;
  await putSidecar(deps.store, key, { ...(await keptKeys(deps.store, key)), ...sidecarOf(image) });
  const sidecarEtag = (await deps.store.stat(key)).etag;
  const fileEtag = image.file_etag ?? (await etagOf(deps.store, image.key));
  if (image.thumb_due) await makeThumb(deps, image);
  // Flags may have changed while the file was written: then it is due again.
  await deps.db
    .updateTable('image')
    .set({ sidecar_written: true, sidecar_etag: sidecarEtag, file_etag: fileEtag, thumb_due: false })
    .where('id', '=', image.id)
    .where('is_favourite', '=', image.is_favourite)
    .where('is_nsfw', '=', image.is_nsfw)
    .where('rating', 'is not distinct from', image.rating)
    .execute();
}

export function sidecarOf(
  image: Pick<DueImage, 'is_favourite' | 'is_nsfw' | 'rating' | 'record'>,
): Record<string, unknown> {
  const sidecar: Sidecar = {
    is_favourite: image.is_favourite,
    is_nsfw: image.is_nsfw,
    rating: image.rating,
    ...(image.record === null ? {} : { generation: image.record }),
  };
  return sidecar;
}

export function putSidecar(store: ObjectStore, key: string, sidecar: Record<string, unknown>): Promise<void> {
  return store.put(key, Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`), {
    contentType: 'application/json',
  });
}

/** What other programs wrote into the sidecar stays; a file that holds no object is replaced. */
export async function keptKeys(store: ObjectStore, key: string): Promise<Record<string, unknown>> {
  try {
    const before: unknown = JSON.parse((await readAll(store, key)).toString('utf8'));
    if (typeof before !== 'object' || before === null || Array.isArray(before)) return {};
    return Object.fromEntries(Object.entries(before).filter(([name]) => name !== trashKey));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof GazeMediaError && error.code === 'not_found'))
      return {};
    throw error;
  }
}

/** Null where the picture itself is not there. */
async function etagOf(store: ObjectStore, key: string): Promise<string | null> {
  return store.stat(key).then(
    ({ etag }) => etag,
    () => null,
  );
}
