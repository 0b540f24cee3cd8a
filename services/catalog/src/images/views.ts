import type { ImageDetail, ImageView, StoredImage } from '@gaze/contracts';
import { mediaUrl, thumbUrl } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { DbOrTrx } from '../db/connect.ts';

/** The columns of a picture's view, its owner's name among them. */
export const viewColumns = [
  'image.id',
  'image.key',
  'image.sha256',
  'image.bytes',
  'image.width',
  'image.height',
  'image.owner_category',
  'image.owner_slug',
  'owner.name as owner_name',
  'image.job_id',
  'image.is_favourite',
  'image.is_nsfw',
  'image.rating',
  'image.seed',
  'image.checkpoint',
  'image.host_name',
  'image.created_at',
] as const;

/** Pictures with all that their views show. */
export function selectImages(db: DbOrTrx) {
  return db
    .selectFrom('image')
    .leftJoin('entity as owner', (join) =>
      join.onRef('owner.category', '=', 'image.owner_category').onRef('owner.slug', '=', 'image.owner_slug'),
    )
    .select(viewColumns);
}

type ImageRow = Awaited<ReturnType<ReturnType<typeof selectImages>['executeTakeFirstOrThrow']>>;

export function imageView(row: ImageRow): ImageView {
  const { owner_category: category, owner_slug: slug } = row;
  return {
    id: row.id,
    key: row.key,
    url: mediaUrl(row.key),
    thumb_url: thumbUrl(row.key, row.sha256),
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    owner: category === null || slug === null ? null : { category, slug, name: row.owner_name ?? slug },
    is_favourite: row.is_favourite,
    is_nsfw: row.is_nsfw,
    rating: row.rating,
    seed: row.seed,
    checkpoint: row.checkpoint,
    host: row.host_name,
    job_id: row.job_id,
    created_at: row.created_at.toISOString(),
  };
}

export function notThere(id: string): GazeError {
  return new GazeError('not_found', `There is no picture «${id}».`, { field: 'image_id' });
}

/** @throws GazeError not_found */
export async function imageDetail(db: DbOrTrx, id: string): Promise<ImageDetail> {
  const row = await selectImages(db)
    .select(['image.record', 'image.metadata'])
    .where('image.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw notThere(id);
  return { ...imageView(row), generation: row.record, metadata: row.metadata };
}

/** Where a picture lies. @throws GazeError not_found */
export async function imageByIdOrThrow(
  db: DbOrTrx,
  id: string,
): Promise<Pick<StoredImage, 'key' | 'sha256'>> {
  const row = await db.selectFrom('image').select(['key', 'sha256']).where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notThere(id);
  return row;
}
