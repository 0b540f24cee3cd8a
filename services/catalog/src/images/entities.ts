import type { CategoryName, GenerationRecord } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Trx } from '../db/connect.ts';

/** Notes which entries pictures were made from. What was noted of them before is forgotten. */
export async function noteEntities(
  trx: Trx,
  images: readonly { id: string; record: GenerationRecord | null }[],
): Promise<void> {
  const rows = images.flatMap(({ id, record }) => (record === null ? [] : rowsOf(id, record)));
  await trx
    .deleteFrom('image_entity')
    .where(
      'image_id',
      'in',
      images.map(({ id }) => id),
    )
    .execute();
  if (rows.length === 0) return;
  await trx
    .insertInto('image_entity')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function rowsOf(id: string, { entities, recipe, active_outfit: active }: GenerationRecord) {
  const worn = active === undefined ? (recipe.outfit_name ?? null) : active;
  return entities.map(({ category, slug }) => ({
    image_id: id,
    category,
    slug,
    worn: category === 'characters' ? worn : null,
  }));
}

/** An entry has another address: what was made from it was made from this one. */
export async function renameInImages(
  trx: Trx,
  category: CategoryName,
  from: string,
  to: string,
): Promise<void> {
  await sql`DELETE FROM image_entity AS old WHERE category = ${category} AND slug = ${from}
    AND EXISTS (SELECT FROM image_entity AS kept
      WHERE kept.image_id = old.image_id AND kept.category = ${category} AND kept.slug = ${to})`.execute(trx);
  await trx
    .updateTable('image_entity')
    .set({ slug: to })
    .where('category', '=', category)
    .where('slug', '=', from)
    .execute();
}
