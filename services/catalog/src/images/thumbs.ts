import { setTimeout as wait } from 'node:timers/promises';
import { gridThumbWidth, thumbWidths } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { readAll, thumbKey, thumbnail } from '@gaze/media';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';

interface ThumbDeps {
  db: Db;
  store: ObjectStore;
  log: Log;
}

/** Makes the thumbnail of the grid where it is not there yet. A picture without one is still a picture. */
export async function makeThumb(
  deps: Pick<ThumbDeps, 'store' | 'log'>,
  { key, sha256 }: { key: string; sha256: string },
): Promise<void> {
  const target = thumbKey(sha256, gridThumbWidth);
  try {
    if (await deps.store.exists(target)) return;
    const bytes = await readAll(deps.store, key);
    await deps.store.put(target, await thumbnail(bytes, { width: gridThumbWidth }), {
      contentType: 'image/webp',
    });
  } catch (error) {
    // The gateway makes a missing thumbnail on demand.
    deps.log.warn({ err: error, key }, 'the thumbnail of a picture could not be made');
  }
}

/** Removes the thumbnails of some content, unless another picture or a cover has the same. */
export async function removeThumbs(db: DbOrTrx, store: ObjectStore, sha256: string): Promise<void> {
  const { rows } = await sql<{ used: boolean }>`
    SELECT EXISTS (SELECT FROM image WHERE sha256 = ${sha256})
      OR EXISTS (SELECT FROM image_hidden WHERE sha256 = ${sha256})
      OR EXISTS (SELECT FROM entity WHERE cover_sha256 = ${sha256}) AS used`.execute(db);
  if (rows[0]?.used !== false) return;
  for (const width of thumbWidths) await store.delete(thumbKey(sha256, width));
}

export interface ThumbBackfill {
  /** Somebody asked for something: thumbnails that nobody waits for stand back. */
  noteAsked: () => void;
  /** Makes one thumbnail after the other until none is due. */
  run: (signal: AbortSignal) => Promise<void>;
}

const atOnce = 20;
const quietMs = 400;
/** Even where people ask without a break, the work goes on in the end. */
const longestWaitMs = 5000;

/**
 * Thumbnails of pictures that came from outside. It yields: after each picture it rests as long as the work took, and
 * while people ask for things it waits for a quiet moment.
 */
export function buildThumbBackfill(
  deps: ThumbDeps,
  clock: () => number = () => performance.now(),
): ThumbBackfill {
  let lastAsked = -Infinity;

  async function rest(workedMs: number, signal: AbortSignal): Promise<void> {
    const began = clock();
    await wait(workedMs, undefined, { signal });
    while (clock() - lastAsked < quietMs && clock() - began < longestWaitMs)
      await wait(50, undefined, { signal });
  }

  async function makeOne(image: { id: string; key: string; sha256: string }): Promise<void> {
    await makeThumb(deps, image);
    await deps.db
      .updateTable('image')
      .set({ thumb_due: false })
      .where('id', '=', image.id)
      .where('sha256', '=', image.sha256)
      .execute();
  }

  return {
    noteAsked: () => (lastAsked = clock()),
    async run(signal) {
      for (;;) {
        const due = await deps.db
          .selectFrom('image')
          .select(['id', 'key', 'sha256'])
          .where('thumb_due', '=', true)
          .where('sidecar_written', '=', true)
          .orderBy('id')
          .limit(atOnce)
          .execute();
        if (due.length === 0) return;
        for (const image of due) {
          signal.throwIfAborted();
          const began = clock();
          await makeOne(image);
          await rest(clock() - began, signal);
        }
      }
    },
  };
}
