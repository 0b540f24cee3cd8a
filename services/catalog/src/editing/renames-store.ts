import type { CategoryName } from '@gaze/contracts';
import type { DbOrTrx } from '../db/connect.ts';

export type DueRename = Awaited<ReturnType<typeof dueRenames>>[number];

/** Renames whose references or pictures are not all through, oldest first: a later one may build on it. */
export function dueRenames(db: DbOrTrx) {
  return db
    .selectFrom('entity_rename')
    .select([
      'id',
      'category',
      'from_slug',
      'to_slug',
      'from_id',
      'to_id',
      'made_by',
      'references_due',
      'pictures_due',
    ])
    .where((e) => e.or([e('references_due', '=', true), e('pictures_due', '=', true)]))
    .orderBy('id')
    .execute();
}

export async function endDue(
  db: DbOrTrx,
  id: number,
  what: 'references_due' | 'pictures_due',
): Promise<void> {
  await db
    .updateTable('entity_rename')
    .set({ [what]: false })
    .where('id', '=', id)
    .execute();
}

/** Whether somebody else has the old address, or the old id, by now: then what names it means that one. */
export async function isTakenAgain(
  db: DbOrTrx,
  category: CategoryName,
  which: { slug: string } | { id: string },
): Promise<boolean> {
  const [column, value] = 'slug' in which ? (['slug', which.slug] as const) : (['id', which.id] as const);
  const row = await db
    .selectFrom('entity')
    .select('slug')
    .where('category', '=', category)
    .where(column, '=', value)
    .where('gone_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
