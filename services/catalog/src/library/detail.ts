import type { CategoryName, EntityDetail, PageState, ProblemFile } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import { imageView, selectImages } from '../images/views.ts';
import { selectCards, toCard } from './cards.ts';

const imagesOnPage = 60;

export function notThere(category: CategoryName, slug: string): GazeError {
  return new GazeError('not_found', `There is no entry «${slug}» in ${category}.`, { field: 'slug' });
}

/** Everything that an entity's page shows. @throws GazeError not_found */
export async function entityDetail(db: DbOrTrx, category: CategoryName, slug: string): Promise<EntityDetail> {
  const row = await selectCards(db)
    .select([
      'entity.revision',
      'entity.data',
      'entity.default_fields',
      'entity.active_outfit',
      'entity.page_state',
    ])
    .where('entity.category', '=', category)
    .where('entity.slug', '=', slug)
    .executeTakeFirst();
  if (row === undefined) throw notThere(category, slug);
  const images = await selectImages(db)
    .where('image.owner_category', '=', category)
    .where('image.owner_slug', '=', slug)
    .orderBy('image.created_at', 'desc')
    .orderBy('image.id', 'desc')
    .limit(imagesOnPage)
    .execute();
  const count = await db
    .selectFrom('image')
    .select(sql<number>`count(*)::int`.as('n'))
    .where('owner_category', '=', category)
    .where('owner_slug', '=', slug)
    .executeTakeFirstOrThrow();
  const looks =
    category === 'characters'
      ? await selectCards(db)
          .where('entity.category', '=', 'looks')
          .where(sql<string>`entity.data->>'character_id'`, '=', row.id)
          .orderBy(sql`lower(entity.name) COLLATE "C"`)
          .limit(200)
          .execute()
      : [];
  return {
    ...toCard(row),
    revision: row.revision,
    filename: row.filename,
    data: row.data,
    default_fields: row.default_fields,
    active_outfit: row.active_outfit,
    state: row.page_state,
    images: images.map(imageView),
    image_count: count.n,
    looks: looks.map(toCard),
  };
}

export interface EntityChange {
  is_favourite?: boolean;
  default_fields?: string[];
  active_outfit?: string;
  page_state?: PageState;
}

/** Changes what only the database knows of an entity. @throws GazeError not_found */
export async function changeEntity(
  db: DbOrTrx,
  category: CategoryName,
  slug: string,
  change: EntityChange,
): Promise<void> {
  const { default_fields, page_state, ...plain } = change;
  const result = await db
    .updateTable('entity')
    .set({
      ...plain,
      ...(default_fields === undefined ? {} : { default_fields: JSON.stringify(default_fields) }),
      ...(page_state === undefined ? {} : { page_state: JSON.stringify(page_state) }),
    })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw notThere(category, slug);
}

/** Files that could not be taken over, newest fault first. */
export async function listProblems(db: DbOrTrx): Promise<ProblemFile[]> {
  const rows = await db
    .selectFrom('problem_file')
    .selectAll()
    .orderBy('since', 'desc')
    .orderBy('file')
    .limit(500)
    .execute();
  return rows.map(({ category, file, kind, message, line, column, pointer, slug, since }) => ({
    category,
    file,
    kind,
    message,
    line,
    column,
    pointer,
    slug,
    since: since.toISOString(),
  }));
}
