import type { Sidecar } from '@gaze/contracts';
import { gridThumbWidth } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { GazeMediaError, readAll, thumbKey, thumbnail } from '@gaze/media';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';

export interface SidecarDeps {
  db: Db;
  store: ObjectStore;
  log: Log;
}

const atOnce = 50;

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
    .select(['id', 'key', 'sha256', 'is_favourite', 'is_nsfw', 'rating', 'record'])
    .where('sidecar_written', '=', false)
    .where('id', '>', after)
    .orderBy('id')
    .limit(atOnce)
    .execute();
}

async function writeOne(deps: SidecarDeps, image: DueImage): Promise<void> {
  const key = `${image.key}.json`;
  const sidecar: Sidecar = {
    ...(await keptKeys(deps.store, key)),
    is_favourite: image.is_favourite,
    is_nsfw: image.is_nsfw,
    rating: image.rating,
    ...(image.record === null ? {} : { generation: image.record }),
  };
  await deps.store.put(key, Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`), {
    contentType: 'application/json',
  });
  await makeThumb(deps, image.key, image.sha256);
  // Flags may have changed while the file was written: then it is due again.
  await deps.db
    .updateTable('image')
    .set({ sidecar_written: true })
    .where('id', '=', image.id)
    .where('is_favourite', '=', image.is_favourite)
    .where('is_nsfw', '=', image.is_nsfw)
    .where('rating', 'is not distinct from', image.rating)
    .execute();
}

/** What other programs wrote into the sidecar stays; a file that holds no object is replaced. */
async function keptKeys(store: ObjectStore, key: string): Promise<Record<string, unknown>> {
  try {
    const before: unknown = JSON.parse((await readAll(store, key)).toString('utf8'));
    return typeof before === 'object' && before !== null && !Array.isArray(before) ? { ...before } : {};
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof GazeMediaError && error.code === 'not_found'))
      return {};
    throw error;
  }
}

async function makeThumb(deps: SidecarDeps, key: string, sha256: string): Promise<void> {
  const target = thumbKey(sha256, gridThumbWidth);
  try {
    if (await deps.store.exists(target)) return;
    const bytes = await readAll(deps.store, key);
    await deps.store.put(target, await thumbnail(bytes, { width: gridThumbWidth }), {
      contentType: 'image/webp',
    });
  } catch (error) {
    // The gateway makes a missing thumbnail on demand; a picture without one is still a picture.
    deps.log.warn({ err: error, key }, 'the thumbnail of a picture could not be made');
  }
}
