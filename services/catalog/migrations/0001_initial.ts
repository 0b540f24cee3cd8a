import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** The first shape of the database. Forward only: a later shape is a further file, this one never changes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `CREATE EXTENSION IF NOT EXISTS pg_trgm`,

  // ── the library: a cache of the JSON files, and what only the database knows of them ──
  `CREATE TABLE entity (
    category text NOT NULL,
    slug text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    subtitle text NOT NULL DEFAULT '',
    filename text NOT NULL,
    revision text NOT NULL,
    data json NOT NULL,
    lora_name text,
    lora_weight double precision,
    tags jsonb NOT NULL DEFAULT '{}',
    search text NOT NULL DEFAULT '',
    is_nsfw boolean NOT NULL DEFAULT false,
    has_old_tags boolean NOT NULL DEFAULT false,
    is_favourite boolean NOT NULL DEFAULT false,
    default_fields json NOT NULL DEFAULT '[]',
    active_outfit text,
    page_state json NOT NULL DEFAULT '{}',
    cover_key text,
    cover_sha256 text,
    sample_cover_due boolean NOT NULL DEFAULT true,
    file_size bigint NOT NULL,
    file_mtime_ms double precision NOT NULL,
    file_ctime_ms double precision NOT NULL,
    file_inode text NOT NULL,
    gone_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (category, slug)
  )`,
  // A hidden row gives its file's name up: another entry may be written under it.
  `CREATE UNIQUE INDEX entity_file ON entity (category, filename) WHERE gone_at IS NULL`,
  `CREATE INDEX entity_gone ON entity (gone_at) WHERE gone_at IS NOT NULL`,
  `CREATE INDEX entity_sample_cover_due ON entity (category, slug) WHERE sample_cover_due AND gone_at IS NULL`,
  `CREATE INDEX entity_order ON entity (category, is_favourite DESC, lower(name) COLLATE "C", slug) WHERE gone_at IS NULL`,
  `CREATE INDEX entity_by_id ON entity (category, id)`,
  `CREATE INDEX entity_search ON entity USING gin (search gin_trgm_ops)`,
  `CREATE INDEX entity_tags ON entity USING gin (tags)`,
  `CREATE INDEX entity_character ON entity ((data->>'character_id')) WHERE category = 'looks'`,
  `CREATE TABLE entity_revision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category text NOT NULL,
    slug text NOT NULL,
    before_hash text,
    after_hash text,
    before_text text,
    after_text text,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX entity_revision_entity ON entity_revision (category, slug, id)`,
  `CREATE TABLE problem_file (
    category text NOT NULL,
    file text NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    line integer,
    "column" integer,
    pointer text,
    slug text,
    file_size bigint NOT NULL DEFAULT 0,
    file_mtime_ms double precision NOT NULL DEFAULT 0,
    file_ctime_ms double precision NOT NULL DEFAULT 0,
    file_inode text NOT NULL DEFAULT '',
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (category, file)
  )`,

  // ── pictures ──
  `CREATE TABLE image (
    id text PRIMARY KEY,
    key text NOT NULL UNIQUE,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    owner_category text,
    owner_slug text,
    job_id text,
    attempt integer,
    ordinal integer NOT NULL DEFAULT 0,
    is_favourite boolean NOT NULL DEFAULT false,
    is_nsfw boolean NOT NULL DEFAULT false,
    rating integer,
    seed bigint,
    checkpoint text,
    host_name text,
    record json,
    sidecar_written boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX image_order ON image (created_at DESC, id DESC)`,
  `CREATE INDEX image_owner ON image (owner_category, owner_slug, created_at DESC, id DESC)`,
  `CREATE INDEX image_favourite ON image (created_at DESC, id DESC) WHERE is_favourite`,
  `CREATE INDEX image_checkpoint ON image (checkpoint, created_at DESC, id DESC)`,
  `CREATE INDEX image_job ON image (job_id)`,
  `CREATE INDEX image_sidecar_due ON image (id) WHERE NOT sidecar_written`,

  // ── the ledger: the truth about work ──
  `CREATE TABLE template (
    hash text PRIMARY KEY,
    name text NOT NULL,
    workflow json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE batch (
    id text PRIMARY KEY,
    kind text NOT NULL,
    label text NOT NULL,
    count integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE job (
    id text PRIMARY KEY,
    batch_id text NOT NULL REFERENCES batch (id),
    ordinal integer NOT NULL,
    kind text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting','dispatched','running','cancelling','done','failed','cancelled')),
    lane text NOT NULL,
    priority double precision NOT NULL DEFAULT 0,
    label text NOT NULL,
    owner_category text,
    owner_slug text,
    snapshot json NOT NULL,
    template_hash text REFERENCES template (hash),
    files jsonb NOT NULL DEFAULT '[]',
    checkpoint text,
    loras text[] NOT NULL DEFAULT '{}',
    seed bigint,
    sets_cover boolean NOT NULL DEFAULT false,
    is_nsfw boolean NOT NULL DEFAULT false,
    notes json NOT NULL DEFAULT '[]',
    host_id text,
    dispatch integer NOT NULL DEFAULT 0,
    front boolean NOT NULL DEFAULT false,
    stream_incarnation text,
    stream_sequence bigint,
    attempt integer NOT NULL DEFAULT 0,
    counted_attempts integer NOT NULL DEFAULT 0,
    avoid_hosts text[] NOT NULL DEFAULT '{}',
    unfit_hosts text[] NOT NULL DEFAULT '{}',
    fair_ms double precision NOT NULL DEFAULT 0,
    not_before timestamptz,
    reason text,
    error json,
    prompts json,
    created_at timestamptz NOT NULL DEFAULT now(),
    dispatched_at timestamptz,
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE INDEX job_open ON job (status, lane, priority, created_at, ordinal) WHERE status IN ('waiting','dispatched','running','cancelling')`,
  `CREATE INDEX job_host ON job (host_id) WHERE status IN ('dispatched','running','cancelling')`,
  `CREATE INDEX job_batch ON job (batch_id, ordinal)`,
  `CREATE INDEX job_recent ON job (created_at DESC, id DESC)`,
  `CREATE INDEX job_owner ON job (owner_category, owner_slug, created_at DESC)`,
  `CREATE TABLE attempt (
    job_id text NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    number integer NOT NULL,
    holder text NOT NULL,
    host_id text NOT NULL,
    host_name text NOT NULL,
    prompt_id text,
    posting_at timestamptz,
    posted_at timestamptz,
    adopted boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'running' CHECK (status IN ('running','done','failed','lost')),
    error json,
    started_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (job_id, number)
  )`,
  `CREATE TABLE idempotency (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash text NOT NULL,
    batch_id text NOT NULL REFERENCES batch (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
  )`,

  // ── hosts ──
  `CREATE TABLE host (
    id text PRIMARY KEY,
    name text NOT NULL,
    url text NOT NULL,
    origin text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    state text NOT NULL DEFAULT 'unknown',
    reason text NOT NULL DEFAULT '',
    version text,
    holder text,
    epoch integer NOT NULL DEFAULT 0,
    holder_seen_at timestamptz,
    loaded_checkpoint text,
    loaded_loras text[] NOT NULL DEFAULT '{}',
    missing_nodes text[] NOT NULL DEFAULT '{}',
    inventory text,
    inventory_at timestamptz,
    image_ms double precision NOT NULL DEFAULT 20000,
    load_ms double precision NOT NULL DEFAULT 15000,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE host_file (
    host_id text NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    kind text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (host_id, kind, name)
  )`,

  // ── events: written in the transaction that makes the change, numbered by one relay after commit ──
  `CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload json NOT NULL,
    sequence bigint UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX event_unnumbered ON event (id) WHERE sequence IS NULL`,
  `CREATE INDEX event_age ON event (created_at)`,

  `CREATE TABLE setting (key text PRIMARY KEY, value json NOT NULL)`,
  `CREATE TABLE api_key (
    id text PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL UNIQUE,
    prefix text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  `CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL`,
  `CREATE TABLE session (
    sha256 text PRIMARY KEY,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  )`,
  // One-time tokens that were traded for a session: each opens one, also across restarts.
  `CREATE TABLE used_token (sha256 text PRIMARY KEY, used_at timestamptz NOT NULL DEFAULT now())`,
];
