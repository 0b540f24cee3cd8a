import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Pictures with their words, their trash and their files; model files; the words of entities. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Words are what stands between these: the parser of PostgreSQL alone would take `a/b` for the name of a file. */
const punctuation = `E'_-/.:,;@#+~=&%$!?*|<>(){}[]"\\'\\\\^\`\\u2013\\u2014\\u2018\\u2019\\u201c\\u201d\\u00ab\\u00bb'`;
const words = (text: string): string =>
  // A text of megabytes is no name; a tsvector takes one megabyte at most.
  `to_tsvector('simple'::regconfig, translate(left(lower(${text}), 100000), ${punctuation}, repeat(' ', 60)))`;

const statements = [
  // Keys in the order of listings, so that a rescan can walk both side by side.
  `ALTER TABLE image ALTER COLUMN key TYPE text COLLATE "C"`,
  `ALTER TABLE image
    ADD COLUMN prompt text NOT NULL DEFAULT '',
    ADD COLUMN search tsvector NOT NULL DEFAULT '',
    ADD COLUMN metadata json,
    ADD COLUMN file_etag text,
    ADD COLUMN sidecar_etag text,
    ADD COLUMN thumb_due boolean NOT NULL DEFAULT true`,
  // The record of a picture is read for one picture at a time; out of the way, a search walks over narrow rows.
  `ALTER TABLE image ALTER COLUMN search SET STORAGE MAIN`,
  `ALTER TABLE image SET (toast_tuple_target = 1024)`,
  `ALTER TABLE image ALTER COLUMN search SET STATISTICS 1000`,
  `UPDATE image SET
    prompt = coalesce(record->'prompts'->>'main', ''),
    search = strip(${words(`coalesce(record->'prompts'->>'main', '')`)})`,
  `CREATE INDEX image_category ON image (owner_category, created_at DESC, id DESC)`,
  `CREATE INDEX image_host ON image (host_name, created_at DESC, id DESC)`,
  `CREATE INDEX image_nsfw ON image (created_at DESC, id DESC) WHERE is_nsfw`,
  `CREATE INDEX image_rated ON image (created_at DESC, id DESC) INCLUDE (rating) WHERE rating IS NOT NULL`,
  `CREATE INDEX image_sha256 ON image (sha256)`,
  `CREATE INDEX image_thumb_due ON image (id) WHERE thumb_due`,
  // No list of things still to be sorted in: every search would have to read it from end to end.
  `CREATE INDEX image_search ON image USING gin (search) WITH (fastupdate = off)`,

  // The LoRAs of a picture, in the order of the gallery.
  `CREATE TABLE image_lora (
    name text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    image_id text NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    PRIMARY KEY (name, created_at, image_id)
  )`,
  `CREATE INDEX image_lora_image ON image_lora (image_id)`,
  `INSERT INTO image_lora (name, created_at, image_id)
    SELECT DISTINCT replace(lora->>'name', '\\', '/'), image.created_at, image.id
    FROM image, json_array_elements(CASE WHEN json_typeof(record->'loras') = 'array' THEN record->'loras' ELSE '[]' END) AS lora
    WHERE lora->>'name' IS NOT NULL`,

  // Every word that any prompt ever had: where a part of a word is looked for, this says in which words it is.
  `CREATE TABLE search_word (word text COLLATE "C" PRIMARY KEY)`,
  `INSERT INTO search_word SELECT word FROM ts_stat('SELECT search FROM image')`,
  `CREATE INDEX search_word_part ON search_word USING gin (word gin_trgm_ops)`,

  // Pictures that are not shown: in the trash, or without their file. Whoever reads \`image\` never meets them.
  `CREATE TABLE image_hidden (
    LIKE image INCLUDING DEFAULTS INCLUDING STORAGE,
    loras text[] NOT NULL DEFAULT '{}',
    reason text NOT NULL CHECK (reason IN ('trash','missing')),
    hidden_at timestamptz NOT NULL DEFAULT now(),
    covers json NOT NULL DEFAULT '[]',
    move_due boolean NOT NULL DEFAULT false,
    PRIMARY KEY (id)
  )`,
  `CREATE INDEX image_hidden_order ON image_hidden (reason, hidden_at DESC, id DESC)`,
  `CREATE INDEX image_hidden_key ON image_hidden (key)`,
  `CREATE INDEX image_hidden_sha256 ON image_hidden (sha256)`,
  `CREATE INDEX image_hidden_owner ON image_hidden (owner_category, owner_slug)`,
  `CREATE INDEX image_hidden_move_due ON image_hidden (id) WHERE move_due`,

  // ── model files, as the folders on this machine have them ──
  `CREATE TABLE model_file (
    kind text NOT NULL CHECK (kind IN ('lora','checkpoint')),
    name text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    mtime_ms double precision NOT NULL,
    inode text NOT NULL,
    title text,
    base_model text,
    resolution text,
    triggers text[] NOT NULL DEFAULT '{}',
    tags json NOT NULL DEFAULT '[]',
    header_sha256 text,
    sha256 text,
    problem text,
    gone_at timestamptz,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name)
  )`,
  `CREATE INDEX model_file_hash_due ON model_file (kind, name) WHERE sha256 IS NULL AND gone_at IS NULL`,
  `CREATE INDEX model_file_sha256 ON model_file (sha256) WHERE sha256 IS NOT NULL`,
  `CREATE INDEX model_file_header ON model_file (header_sha256, bytes) WHERE header_sha256 IS NOT NULL`,
  `CREATE INDEX host_file_name ON host_file (kind, (replace(name, '\\', '/') COLLATE "C"))`,
  `CREATE INDEX entity_lora ON entity ((replace(lora_name, '\\', '/') COLLATE "C"), category, slug) WHERE lora_name IS NOT NULL AND gone_at IS NULL`,
  `CREATE INDEX entity_checkpoint ON entity ((replace(id, '\\', '/') COLLATE "C")) WHERE category = 'checkpoints' AND gone_at IS NULL`,

  // ── words of entities ──
  `ALTER TABLE entity
    ADD COLUMN name_words tsvector GENERATED ALWAYS AS (${words('name')}) STORED,
    ADD COLUMN search_words tsvector GENERATED ALWAYS AS (strip(${words('search')})) STORED`,
  // A search goes category by category: with the category inside, no index has to be cut with another.
  `CREATE EXTENSION IF NOT EXISTS btree_gin`,
  `CREATE INDEX entity_name_words ON entity USING gin (category, name_words) WITH (fastupdate = off)`,
  `CREATE INDEX entity_search_words ON entity USING gin (category, search_words) WITH (fastupdate = off)`,
  `DROP INDEX entity_search`,
  `CREATE INDEX entity_search ON entity USING gin (category, search gin_trgm_ops)`,
];
