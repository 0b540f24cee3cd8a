import type { Sidecar } from '@gaze/contracts';
import { gridThumbWidth } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { readAll, thumbKey, thumbnail } from '@gaze/media';
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
 * that a crash between commit and file only delays them. Answers how many were written.
 */
export async function writeDueSidecars(deps: SidecarDeps): Promise<number> {
  const due = await deps.db
    .selectFrom('image')
    .select(['id', 'key', 'sha256', 'is_favourite', 'is_nsfw', 'rating', 'record'])
    .where('sidecar_written', '=', false)
    .orderBy('id')
    .limit(atOnce)
    .execute();
  for (const image of due) {
    const sidecar: Sidecar = { is_favourite: image.is_favourite, is_nsfw: image.is_nsfw, rating: image.rating, generation: image.record };
    await deps.store.put(`${image.key}.json`, Buffer.from(`${JSON.stringify(sidecar, null, 2)}\n`), { contentType: 'application/json' });
    await makeThumb(deps, image.key, image.sha256);
    // Flags may have changed while the file was written: then it is due again.
    await deps.db
      .updateTable('image')
      .set({ sidecar_written: true })
      .where('id', '=', image.id)
      .where('is_favourite', '=', image.is_favourite)
      .where('is_nsfw', '=', image.is_nsfw)
      .where((where) => (image.rating === null ? where('rating', 'is', null) : where('rating', '=', image.rating)))
      .execute();
  }
  return due.length;
}

async function makeThumb(deps: SidecarDeps, key: string, sha256: string): Promise<void> {
  const target = thumbKey(sha256, gridThumbWidth);
  try {
    if (await deps.store.exists(target)) return;
    const bytes = await readAll(deps.store, key);
    await deps.store.put(target, await thumbnail(bytes, { width: gridThumbWidth }), { contentType: 'image/webp' });
  } catch (error) {
    // The gateway makes a missing thumbnail on demand; a picture without one is still a picture.
    deps.log.warn({ err: error, key }, 'the thumbnail of a picture could not be made');
  }
}
