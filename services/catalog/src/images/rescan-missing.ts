import { GazeMediaError } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import type { Rescan } from './rescan-state.ts';
import { hideImage } from './rows.ts';

/** More than this share at once, and more than a handful: the folder may not be mounted. */
const mostShare = 0.2;
const handful = 20;
const keepDays = 30;

/** Whether the file of a picture is surely gone. A store that does not answer is no proof. */
export async function isFileLost(store: ObjectStore, key: string): Promise<boolean> {
  try {
    return !(await store.exists(key));
  } catch (error) {
    if (error instanceof GazeMediaError && error.code === 'invalid_input') return true;
    throw error;
  }
}

/**
 * Hides the rows of pictures whose files are gone, for a month. Nothing is hidden where so many are gone at once that
 * the folder may not be mounted, or where every last one is gone with its sidecar.
 */
export async function hideMissing(
  scan: Rescan,
  gone: readonly { id: string; key: string }[],
  rows: number,
): Promise<void> {
  const { db, store } = scan.deps;
  const lost: { id: string; key: string }[] = [];
  for (const image of gone) if (await isFileLost(store, image.key)) lost.push(image);
  const isMany = lost.length > handful && lost.length > rows * mostShare;
  const isAll = lost.length > 0 && lost.length === rows;
  if (isMany || (isAll && !(await hasSidecar(store, lost)))) {
    scan.result.warning = `${lost.length} of ${rows} pictures are gone at once. Nothing was hidden: check that the folder of the pictures is mounted, then look again.`;
    return;
  }
  for (const { id, key } of lost) {
    const isHidden = await db.transaction().execute(async (trx) => {
      // It may have been moved by a rename, or stored, since the walk came by.
      const row = await trx
        .selectFrom('image')
        .select('key')
        .where('id', '=', id)
        .where('key', '=', key)
        .where('created_at', '<', scan.startedAt)
        .forUpdate()
        .executeTakeFirst();
      return row !== undefined && (await hideImage(trx, id, { reason: 'missing' }));
    });
    if (!isHidden) continue;
    scan.result.missing++;
    scan.told.removed.push(id);
  }
}

/** Who takes pictures out by hand leaves sidecars behind; a folder that is not mounted has none. */
async function hasSidecar(store: ObjectStore, lost: readonly { key: string }[]): Promise<boolean> {
  for (const { key } of lost) if (!(await isFileLost(store, `${key}.json`))) return true;
  return false;
}

/** Forgets what has been gone for a month. */
export async function forgetMissing(db: Db): Promise<void> {
  await sql`
    DELETE FROM image_hidden
    WHERE reason = 'missing' AND hidden_at < now() - make_interval(days => ${keepDays})`.execute(db);
}
