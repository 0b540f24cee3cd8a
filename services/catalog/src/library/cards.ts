import type { CategoryName, CoverView, EntityCard } from '@gaze/contracts';
import { mediaUrl, thumbUrl } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** How many of its newest pictures a fallback cover is drawn from. */
const fallbackChoice = 20;

/** The columns of a card. `own` pictures are drawn from at random by the database, so that a page is one question. */
export function selectCards(db: DbOrTrx) {
  return db
    .selectFrom('entity')
    .leftJoinLateral(
      (e) =>
        e
          .selectFrom((inner) =>
            inner
              .selectFrom('image')
              .select(['image.key', 'image.sha256'])
              .whereRef('image.owner_category', '=', 'entity.category')
              .whereRef('image.owner_slug', '=', 'entity.slug')
              .orderBy('image.created_at', 'desc')
              .limit(fallbackChoice)
              .as('recent'),
          )
          .select(['recent.key as fallback_key', 'recent.sha256 as fallback_sha256'])
          .where('entity.cover_key', 'is', null)
          .orderBy(sql`random()`)
          .limit(1)
          .as('fallback'),
      (join) => join.onTrue(),
    )
    .leftJoin('problem_file', (join) =>
      join.onRef('problem_file.category', '=', 'entity.category').onRef('problem_file.file', '=', 'entity.filename'),
    )
    .select([
      'entity.category',
      'entity.slug',
      'entity.id',
      'entity.name',
      'entity.subtitle',
      'entity.is_favourite',
      'entity.is_nsfw',
      'entity.lora_name',
      'entity.lora_weight',
      'entity.cover_key',
      'entity.cover_sha256',
      'fallback.fallback_key',
      'fallback.fallback_sha256',
      'problem_file.message as problem',
    ])
    .where('entity.gone_at', 'is', null);
}

type CardRow = Awaited<ReturnType<ReturnType<typeof selectCards>['executeTakeFirstOrThrow']>>;

export function toCard(row: CardRow): EntityCard {
  return {
    category: row.category,
    slug: row.slug,
    id: row.id,
    name: row.name,
    subtitle: row.subtitle,
    is_favourite: row.is_favourite,
    is_nsfw: row.is_nsfw,
    cover: coverOf(row),
    lora: row.lora_name === null ? null : { name: row.lora_name, weight: row.lora_weight ?? 1 },
    problem: row.problem,
  };
}

function coverOf(row: CardRow): CoverView | null {
  if (row.cover_key !== null && row.cover_sha256 !== null) return view('own', row.cover_key, row.cover_sha256);
  if (row.fallback_key !== null && row.fallback_sha256 !== null) return view('fallback', row.fallback_key, row.fallback_sha256);
  return null;
}

function view(kind: CoverView['kind'], key: string, sha256: string): CoverView {
  return { kind, url: mediaUrl(key), thumb_url: thumbUrl(key, sha256) };
}

/** One card; null where there is no such entity, or its file is gone. */
export async function cardOf(db: DbOrTrx, category: CategoryName, slug: string): Promise<EntityCard | null> {
  const row = await selectCards(db).where('entity.category', '=', category).where('entity.slug', '=', slug).executeTakeFirst();
  return row === undefined ? null : toCard(row);
}
