import { thumbUrl } from '@gaze/contracts';
import type { CoverageQuery, CoverageReply } from '@gaze/contracts';
import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

interface Row {
  outfit: string | null;
  worn: string | null;
  action: string;
  count: number;
  id: string;
  key: string;
  sha256: string;
  width: number;
  height: number;
  is_favourite: boolean;
  is_nsfw: boolean;
  rating: number | null;
}

/**
 * The combinations of a character that have pictures, each with its best one, in one question. A picture with several
 * outfits or actions counts in each of its combinations.
 */
export async function coverageOf(db: DbOrTrx, query: CoverageQuery): Promise<CoverageReply> {
  const { slug, outfits, worn, actions } = query;
  const cells = sql<Row>`
    WITH made AS (
      SELECT outfit.slug AS outfit, CASE WHEN outfit.slug IS NULL THEN mine.worn END AS worn, action.slug AS action,
        image.id, image.key, image.sha256, image.width, image.height, image.is_favourite, image.is_nsfw, image.rating,
        image.created_at
      FROM image_entity AS mine
      JOIN image ON image.id = mine.image_id
      JOIN image_entity AS action ON action.image_id = mine.image_id AND action.category = 'actions'
        AND action.slug = ANY(${actions}::text[])
      LEFT JOIN image_entity AS outfit ON outfit.image_id = mine.image_id AND outfit.category = 'outfits'
      WHERE mine.category = 'characters' AND mine.slug = ${slug}
        AND (outfit.slug = ANY(${outfits}::text[]) OR (outfit.slug IS NULL AND mine.worn = ANY(${worn}::text[])))
        AND ${sql.join([sql<SqlBool>`TRUE`, ...conditions(query)], sql` AND `)}
    ), ranked AS (
      SELECT *, count(*) OVER (PARTITION BY outfit, worn, action)::int AS count,
        row_number() OVER (PARTITION BY outfit, worn, action
          ORDER BY rating DESC NULLS LAST, is_favourite DESC, created_at DESC, id DESC) AS place
      FROM made
    )
    SELECT * FROM ranked WHERE place = 1 ORDER BY action, outfit, worn`;
  const all = sql<{ images: number }>`
    SELECT count(*)::int AS images FROM image_entity AS mine JOIN image ON image.id = mine.image_id
    WHERE mine.category = 'characters' AND mine.slug = ${slug}`;
  const [{ rows }, total] = [await cells.execute(db), await all.execute(db)];
  return { cells: rows.map(cellOf), images: total.rows[0]?.images ?? 0 };
}

function* conditions({ scene, nsfw }: CoverageQuery): Generator<RawBuilder<SqlBool>> {
  if (nsfw !== 'all') yield nsfw === 'nsfw' ? sql<SqlBool>`image.is_nsfw` : sql<SqlBool>`NOT image.is_nsfw`;
  if (scene === undefined) return;
  const inScenes = sql`SELECT FROM image_entity AS scene WHERE scene.image_id = mine.image_id AND scene.category = 'scenes'`;
  yield scene === null
    ? sql<SqlBool>`NOT EXISTS (${inScenes})`
    : sql<SqlBool>`EXISTS (${inScenes} AND scene.slug = ${scene})`;
}

function cellOf(row: Row): CoverageReply['cells'][number] {
  const { outfit, worn, action, count, key, sha256, id, width, height, is_favourite, is_nsfw, rating } = row;
  return {
    ...{ outfit, worn, action, count },
    best: { id, thumb_url: thumbUrl(key, sha256), width, height, is_favourite, is_nsfw, rating },
  };
}
