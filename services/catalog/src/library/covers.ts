import type { CategoryName } from '@gaze/contracts';
import type { DbOrTrx } from '../db/connect.ts';

/** Makes a stored picture the cover of an entity; null takes the cover away. False where there is no such entity. */
export async function setCover(
  db: DbOrTrx,
  category: CategoryName,
  slug: string,
  image: { key: string; sha256: string } | null,
): Promise<boolean> {
  const result = await db
    .updateTable('entity')
    .set({ cover_key: image?.key ?? null, cover_sha256: image?.sha256 ?? null })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
