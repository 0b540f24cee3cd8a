import type { CategoryName, PageState } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import type { WritePlan } from '../db/schema.ts';
import type { Events } from '../events/events.ts';
import { renameInImages } from '../images/entities.ts';
import { removeHidden } from '../library/scan-store.ts';

export type RenamePlan = Extract<WritePlan, { type: 'rename' }>;

export interface RenamedEntity {
  category: CategoryName;
  fromSlug: string;
  toSlug: string;
  fromId: string;
  toId: string;
  filename: string;
  by: string;
}

/**
 * Brings everything that only the database knows under the new address: state, pictures, history, jobs. The files of
 * pictures, and other entities that name this one, follow after the commit; a row says that they are due.
 */
export async function renameRows(trx: Trx, events: Events, renamed: RenamedEntity): Promise<void> {
  const { category, fromSlug, toSlug, fromId, toId } = renamed;
  if (fromSlug !== toSlug) {
    await removeHidden(trx, category, toSlug);
    await trx
      .updateTable('entity')
      .set({ slug: toSlug, filename: renamed.filename })
      .where('category', '=', category)
      .where('slug', '=', fromSlug)
      .execute();
    await trx
      .updateTable('entity_revision')
      .set({ slug: toSlug })
      .where('category', '=', category)
      .where('slug', '=', fromSlug)
      .execute();
    await ownRows(trx, category, fromSlug, toSlug);
    await renameInImages(trx, category, fromSlug, toSlug);
    await renameInTrash(trx, category, fromSlug, toSlug);
    await renameInPageStates(trx, category, fromSlug, toSlug);
    await events.emit(trx, { type: 'entity.removed', category, slug: fromSlug });
  } else {
    await trx
      .updateTable('entity')
      .set({ filename: renamed.filename })
      .where('category', '=', category)
      .where('slug', '=', fromSlug)
      .execute();
  }
  if (fromId === toId && fromSlug === toSlug) return;
  if (category === 'checkpoints') await renameDefaultCheckpoint(trx, events, renamed);
  await trx
    .insertInto('entity_rename')
    .values({
      category,
      from_slug: fromSlug,
      to_slug: toSlug,
      from_id: fromId,
      to_id: toId,
      made_by: renamed.by,
      pictures_due: fromSlug !== toSlug,
    })
    .execute();
}

const ended = ['done', 'failed', 'cancelled'] as const;

/** Pictures and jobs of an owner go over to another. A job under way keeps its owner: its worker knows the old folder. */
export async function ownRows(
  trx: Trx,
  category: CategoryName,
  fromSlug: string,
  toSlug: string,
): Promise<void> {
  await trx
    .updateTable('image')
    .set({ owner_slug: toSlug })
    .where('owner_category', '=', category)
    .where('owner_slug', '=', fromSlug)
    .execute();
  await trx
    .updateTable('image_hidden')
    .set({ owner_slug: toSlug })
    .where('owner_category', '=', category)
    .where('owner_slug', '=', fromSlug)
    .execute();
  await trx
    .updateTable('job')
    .set({ owner_slug: toSlug })
    .where('owner_category', '=', category)
    .where('owner_slug', '=', fromSlug)
    .where((e) =>
      e.or([e('status', 'in', ended), e.and([e('status', '=', 'waiting'), e('attempt', '=', 0)])]),
    )
    .execute();
}

/** Whether jobs under way still bring pictures under the old address. */
export async function hasOpenJobs(db: DbOrTrx, category: CategoryName, slug: string): Promise<boolean> {
  const row = await db
    .selectFrom('job')
    .select('id')
    .where('owner_category', '=', category)
    .where('owner_slug', '=', slug)
    .where('status', 'not in', ended)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deleted pictures remember whose cover they were: brought back, they are it again. */
async function renameInTrash(trx: Trx, category: CategoryName, from: string, to: string): Promise<void> {
  const before = JSON.stringify([{ category, slug: from }]);
  await sql`UPDATE image_hidden SET covers = (
      SELECT json_agg(CASE WHEN cover->>'category' = ${category} AND cover->>'slug' = ${from}
        THEN json_build_object('category', ${category}::text, 'slug', ${to}::text) ELSE cover END)
      FROM json_array_elements(covers) AS cover)
    WHERE covers::jsonb @> ${before}::jsonb`.execute(trx);
}

/** Pages that remember this entity as a companion go on doing so. */
async function renameInPageStates(trx: Trx, category: CategoryName, from: string, to: string): Promise<void> {
  const rows = await trx
    .selectFrom('entity')
    .select(['category', 'slug', 'page_state'])
    .where(sql<boolean>`page_state->'companions'->${category} IS NOT NULL`)
    .where(sql<boolean>`(page_state->'companions'->${category})::jsonb ? ${from}`)
    .execute();
  for (const row of rows) {
    const companions = { ...row.page_state.companions };
    companions[category] = (companions[category] ?? []).map((slug) => (slug === from ? to : slug));
    const state: PageState = { ...row.page_state, companions };
    await trx
      .updateTable('entity')
      .set({ page_state: JSON.stringify(state) })
      .where('category', '=', row.category)
      .where('slug', '=', row.slug)
      .execute();
  }
}

async function renameDefaultCheckpoint(trx: Trx, events: Events, renamed: RenamedEntity): Promise<void> {
  const key = 'default_checkpoint';
  const row = await trx.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  const to =
    row?.value === renamed.fromId ? renamed.toId : row?.value === renamed.fromSlug ? renamed.toSlug : null;
  if (to === null) return;
  await trx
    .updateTable('setting')
    .set({ value: JSON.stringify(to) })
    .where('key', '=', key)
    .execute();
  await events.emit(trx, { type: 'setting.changed', key, value: to });
}
