import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** As many as an answer of the bus can carry. */
const most = 3000;

/** All presets in the shape of the original's API, which knows no pages; favourites first. */
export async function listPresets(
  db: DbOrTrx,
): Promise<{ id: string; slug: string; name: string; has_cover: boolean }[]> {
  const rows = await db
    .selectFrom('entity')
    .select(['id', 'slug', 'name', 'cover_key'])
    .where('category', '=', 'presets')
    .where('gone_at', 'is', null)
    .orderBy('is_favourite', 'desc')
    .orderBy(sql`lower(name) COLLATE "C"`)
    .orderBy('slug')
    .limit(most)
    .execute();
  return rows.map(({ id, slug, name, cover_key }) => ({ id, slug, name, has_cover: cover_key !== null }));
}
