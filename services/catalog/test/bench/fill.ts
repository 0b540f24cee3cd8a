import { categoryNames } from '@gaze/contracts';
import { sql } from 'kysely';
import type { Db } from '../../src/db/connect.ts';

/** Words of a made-up language. Rank 0 is in more than half of all texts, the last ones in hardly any. */
const vocabulary = 20_000;
const perImage = 24;
const perEntity = 30;

/** The word of a rank, as SQL. */
const wordOf = (rank: string): string =>
  `translate(substr(md5((${rank})::text), 1, 4 + (${rank})::int % 5), '0123456789abcdef', 'aeioulnrstdmbkgh')`;
/** The same, evaluated anew at each place. */
const randomWords = (count: number): string => Array.from({ length: count }, () => randomWordAt()).join(', ');
const randomWordAt = (): string =>
  `(SELECT ${wordOf('r')} FROM (SELECT floor(power(random(), 3) * ${vocabulary})::int AS r) AS drawn WHERE n IS NOT NULL)`;

/** Fills an empty database of the newest shape. Indexes of pictures are made at the end, as a restore would. */
export async function fill(db: Db, size: { entities: number; images: number }): Promise<void> {
  await sql`SELECT setseed(0.42)`.execute(db);
  await fillEntities(db, size.entities);
  const { rows: indexes } = await sql<{ name: string; definition: string }>`
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index AS i
    WHERE indrelid = 'image'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)`.execute(
    db,
  );
  for (const { name } of indexes) await sql.raw(`DROP INDEX ${name}`).execute(db);
  await fillImages(db, size);
  for (const { definition } of indexes) await sql.raw(definition).execute(db);
  await sql
    .raw(
      `INSERT INTO search_word SELECT DISTINCT ${wordOf('r')} FROM generate_series(0, ${vocabulary - 1}) AS r`,
    )
    .execute(db);
  await sql`VACUUM ANALYZE`.execute(db);
}

async function fillEntities(db: Db, entities: number): Promise<void> {
  const categories = `(ARRAY['${categoryNames.join("','")}'])[1 + CASE WHEN n % 10 < 5 THEN 0 ELSE n % ${categoryNames.length} END]`;
  await sql
    .raw(
      `
    INSERT INTO entity (category, slug, id, name, subtitle, filename, revision, data, search, lora_name, is_nsfw, is_favourite,
      file_size, file_mtime_ms, file_ctime_ms, file_inode, updated_at, sample_cover_due)
    SELECT ${categories}, 'entity_' || n, 'entity_' || n, initcap(words[1]) || ' ' || initcap(words[2]), words[3], 'entity_' || n || '.json', 'r',
      json_build_object('identity', json_build_object('hair', array_to_string(words, ', '))),
      'entity_' || n || E'\\n' || array_to_string(words, ', '), CASE n % 3 WHEN 0 THEN 'Illustrious/Looks/l' || n % 5000 || '.safetensors' END,
      n % 7 = 0, n % 50 = 0, 0, 0, 0, '', now() - n * interval '1 minute', false
    FROM (SELECT n, ARRAY[${randomWords(perEntity)}] AS words FROM generate_series(1, ${entities}) AS n) AS made`,
    )
    .execute(db);
}

async function fillImages(db: Db, { entities, images }: { entities: number; images: number }): Promise<void> {
  await sql
    .raw(
      `
    INSERT INTO image (id, key, sha256, bytes, width, height, owner_category, owner_slug, is_nsfw, is_favourite, rating, seed,
      checkpoint, host_name, prompt, search, sidecar_written, thumb_due, created_at)
    SELECT 'image_' || n, 'characters/entity_' || owner || '/gen_' || n || '.png', md5(n::text) || md5(n::text), 1500000, 832, 1216,
      CASE n % 20 WHEN 0 THEN 'looks' ELSE 'characters' END, 'entity_' || owner, n % 8 = 0, n % 40 = 0,
      CASE WHEN n % 25 = 0 THEN 1 + n % 5 END, n, 'Illustrious/c' || n % 40 || '.safetensors', 'host ' || n % 4,
      array_to_string(words, ', '), array_to_tsvector(words), true, false, now() - (${images} - n) * interval '90 seconds'
    FROM (SELECT n, floor(power(random(), 2) * ${entities})::int AS owner, ARRAY[${randomWords(perImage)}] AS words
      FROM generate_series(1, ${images}) AS n) AS made`,
    )
    .execute(db);
  await sql
    .raw(
      `
    INSERT INTO image_lora (name, created_at, image_id)
    SELECT 'Illustrious/Looks/l' || floor(power(n::float8 / ${images}, 3) * 5000)::int || '.safetensors', created_at, 'image_' || n
    FROM generate_series(1, ${images}) AS n JOIN image ON image.id = 'image_' || n`,
    )
    .execute(db);
}

/** The words of some ranks, as a person would look for them. */
export async function wordsAt(db: Db, ranks: readonly number[]): Promise<string[]> {
  const { rows } = await sql
    .raw<{ word: string }>(
      `SELECT ${wordOf('r')} AS word FROM unnest(ARRAY[${ranks.join(',')}]) WITH ORDINALITY AS asked (r, place) ORDER BY place`,
    )
    .execute(db);
  return rows.map(({ word }) => word);
}
