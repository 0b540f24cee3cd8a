import type { CategoryName, GenerationRecord, PictureMetadata } from '@gaze/contracts';
import { normaliseFileName, searchWords } from '@gaze/domain';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Trx } from '../db/connect.ts';
import { searchVector } from '../search/word-query.ts';
import { noteEntities } from './entities.ts';

/** A picture as it is to be shown from now on. */
export interface NewImage {
  id: string;
  key: string;
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  owner: { category: CategoryName; slug: string } | null;
  jobId: string | null;
  attempt: number | null;
  ordinal: number;
  isFavourite: boolean;
  isNsfw: boolean;
  rating: number | null;
  record: GenerationRecord | null;
  metadata: PictureMetadata | null;
  /** Texts by which it shall be found, besides what it says itself. */
  words?: readonly string[];
  sidecarWritten: boolean;
  fileEtag: string | null;
  sidecarEtag: string | null;
  /** Absent: now. */
  createdAt?: Date;
}

/** What a picture says of itself, as columns: prompt, seed, files. */
function facts({ record, metadata }: Pick<NewImage, 'record' | 'metadata'>) {
  return {
    prompt: record?.prompts.main ?? metadata?.positive ?? '',
    seed: record?.seed ?? metadata?.seed ?? null,
    checkpoint: nameOf(record?.checkpoint ?? metadata?.checkpoint),
    loras: [...new Set((record?.loras ?? metadata?.loras ?? []).map(({ name }) => normaliseFileName(name)))],
  };
}

const nameOf = (name: string | null | undefined): string | null =>
  name === null || name === undefined || name === '' ? null : normaliseFileName(name);

/** Words by which a picture is found: its prompt, whom it shows, whose it is. */
function imageWords(image: Pick<NewImage, 'owner' | 'record' | 'metadata' | 'words'>): string[] {
  const { record, owner, words = [] } = image;
  const names = (record?.entities ?? []).map(({ name }) => name);
  const texts = [facts(image).prompt, owner?.slug ?? '', ...names, ...words];
  return searchWords(texts.join(' ').replaceAll('\0', ' '));
}

/**
 * Rows of new pictures, with their words and LoRAs. One whose key is known already is left out.
 * @returns ids of those that were put in
 */
export async function insertImages(trx: Trx, images: readonly NewImage[]): Promise<string[]> {
  if (images.length === 0) return [];
  const rows = await trx
    .insertInto('image')
    .values(images.map(rowOf))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .execute();
  const ids = new Set(rows.map(({ id }) => id));
  const added = images.filter(({ id }) => ids.has(id));
  await learnWords(trx, added.flatMap(imageWords));
  for (const image of added) await wear(trx, image.id, facts(image).loras);
  if (added.length > 0) await noteEntities(trx, added);
  return added.map(({ id }) => id);
}

function rowOf(image: NewImage) {
  const { loras: _loras, ...columns } = facts(image);
  return {
    ...{ id: image.id, key: image.key, sha256: image.sha256, bytes: image.bytes },
    ...{ width: image.width, height: image.height, job_id: image.jobId, attempt: image.attempt },
    ...columns,
    ordinal: image.ordinal,
    prompt: columns.prompt.replaceAll('\0', ''),
    search: searchVector(imageWords(image)),
    owner_category: image.owner?.category ?? null,
    owner_slug: image.owner?.slug ?? null,
    is_favourite: image.isFavourite,
    is_nsfw: image.isNsfw,
    rating: image.rating,
    host_name: image.record?.host.name ?? null,
    record: image.record === null ? null : JSON.stringify(image.record),
    metadata: image.metadata === null ? null : JSON.stringify(image.metadata),
    sidecar_written: image.sidecarWritten,
    file_etag: image.fileEtag,
    sidecar_etag: image.sidecarEtag,
    ...(image.createdAt === undefined ? {} : { created_at: image.createdAt }),
  };
}

/** Other bytes under a known key: everything that follows from them is written anew, flags and owner stay. */
export async function replaceBytes(
  trx: Trx,
  id: string,
  image: Pick<
    NewImage,
    'sha256' | 'bytes' | 'width' | 'height' | 'owner' | 'record' | 'metadata' | 'fileEtag'
  >,
): Promise<void> {
  const { loras, ...columns } = facts(image);
  await trx
    .updateTable('image')
    .set({
      ...{ sha256: image.sha256, bytes: image.bytes, width: image.width, height: image.height },
      ...columns,
      prompt: columns.prompt.replaceAll('\0', ''),
      search: searchVector(imageWords(image)),
      host_name: image.record?.host.name ?? null,
      record: image.record === null ? null : JSON.stringify(image.record),
      metadata: image.metadata === null ? null : JSON.stringify(image.metadata),
      file_etag: image.fileEtag,
      thumb_due: true,
    })
    .where('id', '=', id)
    .execute();
  await learnWords(trx, imageWords(image));
  await trx.deleteFrom('image_lora').where('image_id', '=', id).execute();
  await wear(trx, id, loras);
  await noteEntities(trx, [{ id, record: image.record }]);
}

/** Its words after its owner became another one. */
export async function rewordImage(
  trx: Trx,
  id: string,
  image: Pick<NewImage, 'owner' | 'record' | 'metadata'>,
): Promise<void> {
  const words = imageWords(image);
  await learnWords(trx, words);
  await trx
    .updateTable('image')
    .set({ search: searchVector(words) })
    .where('id', '=', id)
    .execute();
}

async function wear(trx: Trx, id: string, loras: readonly string[]): Promise<void> {
  if (loras.length === 0) return;
  await sql`
    INSERT INTO image_lora (name, created_at, image_id)
    SELECT DISTINCT name, image.created_at, image.id FROM image, unnest(${[...loras]}::text[]) AS name
    WHERE image.id = ${id}`.execute(trx);
}

/** In one order, so that two transactions that learn the same words never wait for each other crosswise. */
async function learnWords(trx: Trx, words: readonly string[]): Promise<void> {
  const sorted = [...new Set(words)].sort();
  if (sorted.length === 0) return;
  await sql`INSERT INTO search_word (word) SELECT unnest(${sorted}::text[]) ON CONFLICT DO NOTHING`.execute(
    trx,
  );
}

const columnNames = [
  ...['id', 'key', 'sha256', 'bytes', 'width', 'height', 'owner_category', 'owner_slug', 'job_id', 'attempt'],
  ...['ordinal', 'is_favourite', 'is_nsfw', 'rating', 'seed', 'checkpoint', 'host_name', 'record', 'prompt'],
  ...['search', 'metadata', 'file_etag', 'sidecar_etag', 'thumb_due', 'sidecar_written', 'created_at'],
];
/** Every column of `image`; a test holds the list against the database. */
export const imageColumns: readonly string[] = columnNames;
const columns: RawBuilder<unknown> = sql.join(columnNames.map((name) => sql.ref(name)));

/** Takes a picture out of everything that is shown. False where it is not there. */
export async function hideImage(
  trx: Trx,
  id: string,
  why: {
    reason: 'trash' | 'missing';
    covers?: readonly { category: CategoryName; slug: string }[];
    moveDue?: boolean;
  },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    INSERT INTO image_hidden (${columns}, loras, reason, covers, move_due)
    SELECT ${columns}, coalesce((SELECT array_agg(name) FROM image_lora WHERE image_id = image.id), '{}'),
      ${why.reason}, ${JSON.stringify(why.covers ?? [])}::json, ${why.moveDue ?? false}
    FROM image WHERE id = ${id}`.execute(trx);
  if (numAffectedRows !== 1n) return false;
  await trx.deleteFrom('image').where('id', '=', id).execute();
  return true;
}

/** The way back, at another place where the file was found there. */
export async function unhideImage(trx: Trx, id: string, key?: string): Promise<void> {
  if (key !== undefined) await trx.updateTable('image_hidden').set({ key }).where('id', '=', id).execute();
  await sql`INSERT INTO image (${columns}) SELECT ${columns} FROM image_hidden WHERE id = ${id}`.execute(trx);
  await sql`
    INSERT INTO image_lora (name, created_at, image_id)
    SELECT unnest(loras), created_at, id FROM image_hidden WHERE id = ${id}`.execute(trx);
  await trx.deleteFrom('image_hidden').where('id', '=', id).execute();
}
