import type { ImageQuery } from '@gaze/contracts';
import { normaliseFileName } from '@gaze/domain';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';

/** Which pictures: everything of a question but the page and the words. */
export type ImageFilter = Omit<ImageQuery, 'cursor' | 'limit' | 'q'>;

export interface ImageSource {
  /** What stands behind FROM; the pictures are called `image` in it. */
  from: RawBuilder<unknown>;
  where: RawBuilder<SqlBool>;
  /** The columns that order the pictures, newest first. */
  at: RawBuilder<Date>;
  id: RawBuilder<string>;
}

/**
 * Pictures under filters, so written that each filter has an index in the order of the gallery. Flags stand there as
 * themselves and not as parameters: only then does PostgreSQL see that its partial indexes fit.
 */
export function imageSource(filter: ImageFilter): ImageSource {
  const { lora } = filter;
  const where = sql.join<SqlBool>([sql`TRUE`, ...conditions(filter)], sql` AND `);
  if (lora === undefined)
    return {
      from: sql`image`,
      where,
      at: sql.ref<Date>('image.created_at'),
      id: sql.ref<string>('image.id'),
    };
  return {
    from: sql`image_lora AS worn JOIN image ON image.id = worn.image_id`,
    where: sql<SqlBool>`worn.name = ${normaliseFileName(lora)} AND ${where}`,
    at: sql.ref<Date>('worn.created_at'),
    id: sql.ref<string>('worn.image_id'),
  };
}

function* conditions(filter: ImageFilter): Generator<RawBuilder<SqlBool>> {
  const { category, slug, favourite, nsfw, checkpoint, host, rating_min: rating, from, to } = filter;
  if (category !== undefined) yield sql<SqlBool>`image.owner_category = ${category}`;
  if (slug !== undefined) yield sql<SqlBool>`image.owner_slug = ${slug}`;
  if (favourite !== undefined)
    yield favourite ? sql<SqlBool>`image.is_favourite` : sql<SqlBool>`NOT image.is_favourite`;
  if (nsfw !== 'all') yield nsfw === 'nsfw' ? sql<SqlBool>`image.is_nsfw` : sql<SqlBool>`NOT image.is_nsfw`;
  if (checkpoint !== undefined) yield sql<SqlBool>`image.checkpoint = ${normaliseFileName(checkpoint)}`;
  if (host !== undefined) yield sql<SqlBool>`image.host_name = ${host}`;
  if (rating !== undefined) yield sql<SqlBool>`image.rating >= ${rating}`;
  if (from !== undefined) yield sql<SqlBool>`image.created_at >= ${moment(from)}::timestamptz`;
  if (to !== undefined) yield sql<SqlBool>`image.created_at < ${moment(to)}::timestamptz`;
}

/** A date alone is its first moment in UTC, whatever the zone of the connection. */
const moment = (text: string): string => (text.includes('T') ? text : `${text}T00:00:00Z`);

/** What stands behind a position of the gallery. */
export function olderThan(source: ImageSource, cursor: { at: string; id: string }): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${source.at}, ${source.id}) < (${cursor.at}::timestamptz, ${cursor.id})`;
}
