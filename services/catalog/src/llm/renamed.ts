import type { CategoryName } from '@gaze/contracts';
import type { DbOrTrx } from '../db/connect.ts';

/** Renames in a row that are followed: more than that is a circle. */
const mostRenames = 20;

/** Where an entry is that had this address when it was asked for: the address itself, unless it was renamed since. */
export async function addressNow(db: DbOrTrx, category: CategoryName, slug: string): Promise<string> {
  let address = slug;
  for (let step = 0; step < mostRenames; step++) {
    if (await isThere(db, category, address)) return address;
    const renamed = await db
      .selectFrom('entity_rename')
      .select('to_slug')
      .where('category', '=', category)
      .where('from_slug', '=', address)
      .where('to_slug', '!=', address)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (renamed === undefined) return slug;
    address = renamed.to_slug;
  }
  return slug;
}

async function isThere(db: DbOrTrx, category: CategoryName, slug: string): Promise<boolean> {
  const row = await db
    .selectFrom('entity')
    .select('slug')
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
