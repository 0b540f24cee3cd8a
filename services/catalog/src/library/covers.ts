import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryName } from '@gaze/contracts';
import { checkImage } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import type { Log } from '@gaze/runtime';
import type { Db, DbOrTrx } from '../db/connect.ts';

export interface CoverDeps {
  db: Db;
  dataDir: string;
  store: ObjectStore;
  log: Log;
}

/** Makes a stored picture the cover of an entity; null takes the cover away. */
export async function setCover(db: DbOrTrx, category: CategoryName, slug: string, image: { key: string; sha256: string } | null): Promise<boolean> {
  const result = await db
    .updateTable('entity')
    .set({ cover_key: image?.key ?? null, cover_sha256: image?.sha256 ?? null })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Takes over a drawing that ships beside the entity (`data/covers/<category>/<slug>.webp`), the first time that
 * the entity is seen. It goes through the object store like any picture, so that nothing else reads the data folder.
 */
export async function adoptSampleCover(deps: CoverDeps, category: CategoryName, slug: string): Promise<void> {
  const file = path.join(deps.dataDir, 'covers', category, `${slug}.webp`);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return; // most entities come without a drawing
  }
  try {
    await checkImage(bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `${category}/${slug}/cover_${sha256.slice(0, 12)}.webp`;
    await deps.store.put(key, bytes, { contentType: 'image/webp' });
    const taken = await deps.db.selectFrom('entity').select('cover_key').where('category', '=', category).where('slug', '=', slug).executeTakeFirst();
    if (taken?.cover_key === null) await setCover(deps.db, category, slug, { key, sha256 });
  } catch (error) {
    deps.log.warn({ err: error, file: path.basename(file) }, 'a sample cover could not be taken over');
  }
}
