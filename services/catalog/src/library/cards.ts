import type { CategoryName, CoverView, EntityCard } from '@gaze/contracts';
import { mediaUrl, thumbUrl } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** How many of its newest pictures a fallback cover is drawn from. */
const fallbackChoice = 20;

/**
 * The columns of cards. Pictures and problems are looked up per row: narrow the rows down by slug, so that a page
 * costs a page. Fallback covers are drawn at random by the database.
 */
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
              .orderBy('image.id', 'desc')
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
    .leftJoinLateral(
      (e) =>
        e
          .selectFrom('problem_file')
          .select(['problem_file.file as problem_file', 'problem_file.message as problem_message'])
          .whereRef('problem_file.category', '=', 'entity.category')
          .where(concernsEntity)
          // Its own fault says more than somebody else's claim to its address.
          .orderBy(sql`problem_file.file = entity.filename`, 'desc')
          .orderBy('problem_file.file')
          .limit(1)
          .as('problem'),
      (join) => join.onTrue(),
    )
    .select([
      'entity.category',
      'entity.slug',
      'entity.id',
      'entity.name',
      'entity.subtitle',
      'entity.filename',
      'entity.is_favourite',
      'entity.is_nsfw',
      'entity.lora_name',
      'entity.lora_weight',
      loraIsMissing.as('lora_is_missing'),
      'entity.cover_key',
      'entity.cover_sha256',
      'fallback.fallback_key',
      'fallback.fallback_sha256',
      'problem.problem_file',
      'problem.problem_message',
    ])
    .where('entity.gone_at', 'is', null);
}

/** Both parties of a collision are marked: the newcomer by its file, the holder by the address that both want. */
export const concernsEntity = sql<boolean>`(problem_file.file = entity.filename OR (problem_file.kind = 'collision' AND problem_file.slug = entity.slug))`;

const loraPath = sql`replace(entity.lora_name, '\\', '/') COLLATE "C"`;

/** Only where anybody has told of its files: before the first look of a host, nothing is known to be missing. */
const loraIsMissing = sql<boolean>`(entity.lora_name IS NOT NULL
  AND NOT EXISTS (SELECT FROM model_file WHERE kind = 'lora' AND name = ${loraPath} AND gone_at IS NULL)
  AND NOT EXISTS (SELECT FROM host_file WHERE kind = 'lora' AND replace(name, '\\', '/') COLLATE "C" = ${loraPath})
  AND (EXISTS (SELECT FROM host_file) OR EXISTS (SELECT FROM model_file WHERE gone_at IS NULL)))`;

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
    lora: loraOf(row),
    problem: problemOf(row),
  };
}

function loraOf(row: CardRow): EntityCard['lora'] {
  if (row.lora_name === null) return null;
  const lora = { name: row.lora_name, weight: row.lora_weight ?? 1 };
  return row.lora_is_missing ? { ...lora, is_missing: true } : lora;
}

function problemOf(row: CardRow): string | null {
  if (row.problem_file === null || row.problem_file === row.filename) return row.problem_message;
  return `The file ${row.problem_file} asks for the same address and is left out. Give one of the two another id.`;
}

function coverOf(row: CardRow): CoverView | null {
  if (row.cover_key !== null && row.cover_sha256 !== null)
    return view('own', row.cover_key, row.cover_sha256);
  if (row.fallback_key !== null && row.fallback_sha256 !== null)
    return view('fallback', row.fallback_key, row.fallback_sha256);
  return null;
}

function view(kind: CoverView['kind'], key: string, sha256: string): CoverView {
  return { kind, url: mediaUrl(key), thumb_url: thumbUrl(key, sha256) };
}

/** One card; null where there is no such entity, or its file is gone. */
export async function cardOf(db: DbOrTrx, category: CategoryName, slug: string): Promise<EntityCard | null> {
  const row = await selectCards(db)
    .where('entity.category', '=', category)
    .where('entity.slug', '=', slug)
    .executeTakeFirst();
  return row === undefined ? null : toCard(row);
}
