-- The shape that migrations/ give the database. Written by test/stack/schema.test.ts; not to be edited.

CREATE EXTENSION btree_gin;
CREATE EXTENSION pg_trgm;

CREATE TABLE api_key (
  id text NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  prefix text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT api_key_pkey PRIMARY KEY (id),
  CONSTRAINT api_key_sha256_key UNIQUE (sha256)
);
CREATE UNIQUE INDEX api_key_name ON api_key USING btree (name) WHERE (revoked_at IS NULL);

CREATE TABLE attempt (
  job_id text NOT NULL,
  number integer NOT NULL,
  holder text NOT NULL,
  host_id text NOT NULL,
  host_name text NOT NULL,
  prompt_id text,
  posting_at timestamp with time zone,
  posted_at timestamp with time zone,
  adopted boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'running'::text,
  error json,
  started_at timestamp with time zone NOT NULL DEFAULT now(),
  heartbeat_at timestamp with time zone NOT NULL DEFAULT now(),
  finished_at timestamp with time zone,
  CONSTRAINT attempt_pkey PRIMARY KEY (job_id, number),
  CONSTRAINT attempt_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE,
  CONSTRAINT attempt_status_check CHECK ((status = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text, 'lost'::text])))
);

CREATE TABLE batch (
  id text NOT NULL,
  kind text NOT NULL,
  label text NOT NULL,
  count integer NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT batch_pkey PRIMARY KEY (id)
);

CREATE TABLE entity (
  category text NOT NULL,
  slug text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  subtitle text NOT NULL DEFAULT ''::text,
  filename text NOT NULL,
  revision text NOT NULL,
  data json NOT NULL,
  lora_name text,
  lora_weight double precision,
  tags jsonb NOT NULL DEFAULT '{}'::jsonb,
  search text NOT NULL DEFAULT ''::text,
  is_nsfw boolean NOT NULL DEFAULT false,
  has_old_tags boolean NOT NULL DEFAULT false,
  is_favourite boolean NOT NULL DEFAULT false,
  default_fields json NOT NULL DEFAULT '[]'::json,
  active_outfit text,
  page_state json NOT NULL DEFAULT '{}'::json,
  cover_key text,
  cover_sha256 text,
  sample_cover_due boolean NOT NULL DEFAULT true,
  file_size bigint NOT NULL,
  file_mtime_ms double precision NOT NULL,
  file_ctime_ms double precision NOT NULL,
  file_inode text NOT NULL,
  gone_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  name_words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, translate("left"(lower(name), 100000), '_-/.:,;@#+~=&%$!?*|<>(){}[]"''\^`–—‘’“”«»'::text, repeat(' '::text, 60)))) STORED,
  search_words tsvector GENERATED ALWAYS AS (strip(to_tsvector('simple'::regconfig, translate("left"(lower(search), 100000), '_-/.:,;@#+~=&%$!?*|<>(){}[]"''\^`–—‘’“”«»'::text, repeat(' '::text, 60))))) STORED,
  CONSTRAINT entity_pkey PRIMARY KEY (category, slug)
);
CREATE INDEX entity_by_id ON entity USING btree (category, id);
CREATE INDEX entity_character ON entity USING btree (((data ->> 'character_id'::text))) WHERE (category = 'looks'::text);
CREATE INDEX entity_checkpoint ON entity USING btree (replace(id, '\'::text, '/'::text) COLLATE "C") WHERE ((category = 'checkpoints'::text) AND (gone_at IS NULL));
CREATE INDEX entity_gone ON entity USING btree (gone_at) WHERE (gone_at IS NOT NULL);
CREATE INDEX entity_lora ON entity USING btree (replace(lora_name, '\'::text, '/'::text) COLLATE "C", category, slug) WHERE ((lora_name IS NOT NULL) AND (gone_at IS NULL));
CREATE INDEX entity_name ON entity USING btree (category, lower(name) COLLATE "C", slug) WHERE (gone_at IS NULL);
CREATE INDEX entity_name_words ON entity USING gin (category, name_words) WITH (fastupdate=off);
CREATE INDEX entity_order ON entity USING btree (category, is_favourite DESC, lower(name) COLLATE "C", slug) WHERE (gone_at IS NULL);
CREATE INDEX entity_recent ON entity USING btree (category, updated_at DESC, slug DESC) WHERE (gone_at IS NULL);
CREATE INDEX entity_sample_cover_due ON entity USING btree (category, slug) WHERE (sample_cover_due AND (gone_at IS NULL));
CREATE INDEX entity_search ON entity USING gin (category, search gin_trgm_ops);
CREATE INDEX entity_search_words ON entity USING gin (category, search_words) WITH (fastupdate=off);
CREATE INDEX entity_tags ON entity USING gin (tags);
CREATE UNIQUE INDEX entity_file ON entity USING btree (category, filename) WHERE (gone_at IS NULL);

CREATE TABLE entity_rename (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  category text NOT NULL,
  from_slug text NOT NULL,
  to_slug text NOT NULL,
  from_id text NOT NULL,
  to_id text NOT NULL,
  references_due boolean NOT NULL DEFAULT true,
  pictures_due boolean NOT NULL DEFAULT true,
  made_by text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT entity_rename_pkey PRIMARY KEY (id)
);
CREATE INDEX entity_rename_due ON entity_rename USING btree (id) WHERE (references_due OR pictures_due);

CREATE TABLE entity_revision (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  category text NOT NULL,
  slug text NOT NULL,
  before_hash text,
  after_hash text,
  before_text text,
  after_text text,
  made_by text NOT NULL,
  action text NOT NULL DEFAULT 'edit'::text,
  note text,
  state text NOT NULL DEFAULT 'done'::text,
  filename text NOT NULL DEFAULT ''::text,
  plan json,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT entity_revision_pkey PRIMARY KEY (id),
  CONSTRAINT entity_revision_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'done'::text, 'conflict'::text])))
);
CREATE INDEX entity_revision_after ON entity_revision USING btree (after_hash);
CREATE INDEX entity_revision_before ON entity_revision USING btree (before_hash);
CREATE INDEX entity_revision_entity ON entity_revision USING btree (category, slug, id);
CREATE INDEX entity_revision_llm ON entity_revision USING btree (made_by) WHERE (made_by ~~ 'llm: %'::text);
CREATE INDEX entity_revision_pending ON entity_revision USING btree (category, id) WHERE (state = 'pending'::text);

CREATE TABLE event (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  payload json NOT NULL,
  sequence bigint,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT event_pkey PRIMARY KEY (id),
  CONSTRAINT event_sequence_key UNIQUE (sequence)
);
CREATE INDEX event_age ON event USING btree (created_at);
CREATE INDEX event_unnumbered ON event USING btree (id) WHERE (sequence IS NULL);

CREATE TABLE host (
  id text NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  origin text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  state text NOT NULL DEFAULT 'unknown'::text,
  reason text NOT NULL DEFAULT ''::text,
  version text,
  holder text,
  epoch integer NOT NULL DEFAULT 0,
  holder_seen_at timestamp with time zone,
  loaded_checkpoint text,
  loaded_loras text[] NOT NULL DEFAULT '{}'::text[],
  missing_nodes text[] NOT NULL DEFAULT '{}'::text[],
  inventory text,
  inventory_at timestamp with time zone,
  image_ms double precision NOT NULL DEFAULT 20000,
  load_ms double precision NOT NULL DEFAULT 15000,
  timings jsonb NOT NULL DEFAULT '[]'::jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT host_pkey PRIMARY KEY (id)
);

CREATE TABLE host_file (
  host_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  CONSTRAINT host_file_pkey PRIMARY KEY (host_id, kind, name),
  CONSTRAINT host_file_host_id_fkey FOREIGN KEY (host_id) REFERENCES host(id) ON DELETE CASCADE
);
CREATE INDEX host_file_name ON host_file USING btree (kind, replace(name, '\'::text, '/'::text) COLLATE "C");

CREATE TABLE idempotency (
  principal text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  batch_id text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_pkey PRIMARY KEY (principal, route, key),
  CONSTRAINT idempotency_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batch(id)
);

CREATE TABLE image (
  id text NOT NULL,
  key text NOT NULL,
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
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  prompt text NOT NULL DEFAULT ''::text,
  search tsvector NOT NULL DEFAULT ''::tsvector,
  metadata json,
  file_etag text,
  sidecar_etag text,
  thumb_due boolean NOT NULL DEFAULT true,
  CONSTRAINT image_pkey PRIMARY KEY (id),
  CONSTRAINT image_key_key UNIQUE (key)
);
CREATE INDEX image_category ON image USING btree (owner_category, created_at DESC, id DESC);
CREATE INDEX image_checkpoint ON image USING btree (checkpoint, created_at DESC, id DESC);
CREATE INDEX image_favourite ON image USING btree (created_at DESC, id DESC) WHERE is_favourite;
CREATE INDEX image_host ON image USING btree (host_name, created_at DESC, id DESC);
CREATE INDEX image_job ON image USING btree (job_id);
CREATE INDEX image_nsfw ON image USING btree (created_at DESC, id DESC) WHERE is_nsfw;
CREATE INDEX image_order ON image USING btree (created_at DESC, id DESC);
CREATE INDEX image_owner ON image USING btree (owner_category, owner_slug, created_at DESC, id DESC);
CREATE INDEX image_rated ON image USING btree (created_at DESC, id DESC) INCLUDE (rating) WHERE (rating IS NOT NULL);
CREATE INDEX image_search ON image USING gin (search) WITH (fastupdate=off);
CREATE INDEX image_sha256 ON image USING btree (sha256);
CREATE INDEX image_sidecar_due ON image USING btree (id) WHERE (NOT sidecar_written);
CREATE INDEX image_thumb_due ON image USING btree (id) WHERE thumb_due;

CREATE TABLE image_entity (
  image_id text NOT NULL,
  category text NOT NULL,
  slug text NOT NULL,
  worn text,
  CONSTRAINT image_entity_pkey PRIMARY KEY (image_id, category, slug)
);
CREATE INDEX image_entity_of ON image_entity USING btree (category, slug, image_id);

CREATE TABLE image_hidden (
  id text NOT NULL,
  key text NOT NULL,
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
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  prompt text NOT NULL DEFAULT ''::text,
  search tsvector NOT NULL DEFAULT ''::tsvector,
  metadata json,
  file_etag text,
  sidecar_etag text,
  thumb_due boolean NOT NULL DEFAULT true,
  loras text[] NOT NULL DEFAULT '{}'::text[],
  reason text NOT NULL,
  hidden_at timestamp with time zone NOT NULL DEFAULT now(),
  covers json NOT NULL DEFAULT '[]'::json,
  move_due boolean NOT NULL DEFAULT false,
  CONSTRAINT image_hidden_pkey PRIMARY KEY (id),
  CONSTRAINT image_hidden_reason_check CHECK ((reason = ANY (ARRAY['trash'::text, 'missing'::text])))
);
CREATE INDEX image_hidden_key ON image_hidden USING btree (key);
CREATE INDEX image_hidden_move_due ON image_hidden USING btree (id) WHERE move_due;
CREATE INDEX image_hidden_order ON image_hidden USING btree (reason, hidden_at DESC, id DESC);
CREATE INDEX image_hidden_owner ON image_hidden USING btree (owner_category, owner_slug);
CREATE INDEX image_hidden_sha256 ON image_hidden USING btree (sha256);

CREATE TABLE image_lora (
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  image_id text NOT NULL,
  CONSTRAINT image_lora_pkey PRIMARY KEY (name, created_at, image_id),
  CONSTRAINT image_lora_image_id_fkey FOREIGN KEY (image_id) REFERENCES image(id) ON DELETE CASCADE
);
CREATE INDEX image_lora_image ON image_lora USING btree (image_id);

CREATE TABLE imported (
  kind text NOT NULL,
  key text NOT NULL,
  hash text NOT NULL,
  imported_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT imported_pkey PRIMARY KEY (kind, key),
  CONSTRAINT imported_kind_check CHECK ((kind = ANY (ARRAY['entry'::text, 'picture'::text, 'sidecar'::text, 'marks'::text, 'setting'::text, 'workflow'::text])))
);

CREATE TABLE job (
  id text NOT NULL,
  batch_id text NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  lane text NOT NULL,
  priority double precision NOT NULL DEFAULT 0,
  label text NOT NULL,
  owner_category text,
  owner_slug text,
  snapshot json NOT NULL,
  template_hash text,
  files jsonb NOT NULL DEFAULT '[]'::jsonb,
  checkpoint text,
  loras text[] NOT NULL DEFAULT '{}'::text[],
  seed bigint,
  sets_cover boolean NOT NULL DEFAULT false,
  is_nsfw boolean NOT NULL DEFAULT false,
  notes json NOT NULL DEFAULT '[]'::json,
  host_id text,
  dispatch integer NOT NULL DEFAULT 0,
  front boolean NOT NULL DEFAULT false,
  stream_incarnation text,
  stream_sequence bigint,
  attempt integer NOT NULL DEFAULT 0,
  counted_attempts integer NOT NULL DEFAULT 0,
  avoid_hosts text[] NOT NULL DEFAULT '{}'::text[],
  unfit_hosts text[] NOT NULL DEFAULT '{}'::text[],
  fair_ms double precision NOT NULL DEFAULT 0,
  not_before timestamp with time zone,
  reason text,
  error json,
  prompts json,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  dispatched_at timestamp with time zone,
  started_at timestamp with time zone,
  heartbeat_at timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT job_pkey PRIMARY KEY (id),
  CONSTRAINT job_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batch(id),
  CONSTRAINT job_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text, 'cancelling'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  CONSTRAINT job_template_hash_fkey FOREIGN KEY (template_hash) REFERENCES template(hash)
);
CREATE INDEX job_batch ON job USING btree (batch_id, ordinal);
CREATE INDEX job_host ON job USING btree (host_id) WHERE (status = ANY (ARRAY['dispatched'::text, 'running'::text, 'cancelling'::text]));
CREATE INDEX job_llm_open ON job USING btree (lane, status, priority, created_at, id) WHERE ((kind = 'llm'::text) AND (status = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text, 'cancelling'::text])));
CREATE INDEX job_open ON job USING btree (status, lane, priority, created_at, ordinal) WHERE (status = ANY (ARRAY['waiting'::text, 'dispatched'::text, 'running'::text, 'cancelling'::text]));
CREATE INDEX job_owner ON job USING btree (owner_category, owner_slug, created_at DESC);
CREATE INDEX job_recent ON job USING btree (created_at DESC, id DESC);

CREATE TABLE llm_result (
  job_id text NOT NULL,
  attempt integer NOT NULL,
  kind text NOT NULL,
  category text NOT NULL,
  slug text,
  file text,
  name text NOT NULL,
  revision text,
  changes json NOT NULL,
  pointers json,
  overwrite boolean NOT NULL DEFAULT false,
  refused json NOT NULL DEFAULT '[]'::json,
  tag_report json NOT NULL,
  notes json NOT NULL DEFAULT '[]'::json,
  state text NOT NULL,
  reason text NOT NULL DEFAULT ''::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  decided_at timestamp with time zone,
  batch_id text,
  CONSTRAINT llm_result_pkey PRIMARY KEY (job_id),
  CONSTRAINT llm_result_state_check CHECK ((state = ANY (ARRAY['applying'::text, 'waiting'::text, 'applied'::text, 'discarded'::text])))
);
CREATE INDEX llm_result_applying ON llm_result USING btree (job_id) WHERE (state = 'applying'::text);
CREATE INDEX llm_result_batch ON llm_result USING btree (batch_id) WHERE (state = 'waiting'::text);
CREATE INDEX llm_result_entity ON llm_result USING btree (category, slug) WHERE (state = 'waiting'::text);
CREATE INDEX llm_result_waiting ON llm_result USING btree (created_at DESC, job_id DESC) WHERE (state = 'waiting'::text);

CREATE TABLE llm_task (
  job_id text NOT NULL,
  intent json NOT NULL,
  review text NOT NULL,
  file text,
  made_by text NOT NULL,
  issued json,
  CONSTRAINT llm_task_pkey PRIMARY KEY (job_id),
  CONSTRAINT llm_task_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE,
  CONSTRAINT llm_task_review_check CHECK ((review = ANY (ARRAY['apply'::text, 'review'::text])))
);
CREATE INDEX llm_task_file ON llm_task USING btree (file) WHERE (file IS NOT NULL);

CREATE TABLE llm_transcript (
  job_id text NOT NULL,
  attempt integer NOT NULL,
  transcript json NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT llm_transcript_pkey PRIMARY KEY (job_id, attempt),
  CONSTRAINT llm_transcript_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id) ON DELETE CASCADE
);

CREATE TABLE model_file (
  kind text NOT NULL,
  name text NOT NULL,
  bytes bigint NOT NULL,
  mtime_ms double precision NOT NULL,
  inode text NOT NULL,
  title text,
  base_model text,
  resolution text,
  triggers text[] NOT NULL DEFAULT '{}'::text[],
  tags json NOT NULL DEFAULT '[]'::json,
  header_sha256 text,
  sha256 text,
  problem text,
  gone_at timestamp with time zone,
  first_seen_at timestamp with time zone NOT NULL DEFAULT now(),
  notes text,
  CONSTRAINT model_file_pkey PRIMARY KEY (kind, name),
  CONSTRAINT model_file_kind_check CHECK ((kind = ANY (ARRAY['lora'::text, 'checkpoint'::text])))
);
CREATE INDEX model_file_hash_due ON model_file USING btree (kind, name) WHERE ((sha256 IS NULL) AND (gone_at IS NULL));
CREATE INDEX model_file_header ON model_file USING btree (header_sha256, bytes) WHERE (header_sha256 IS NOT NULL);
CREATE INDEX model_file_sha256 ON model_file USING btree (sha256) WHERE (sha256 IS NOT NULL);

CREATE TABLE problem_file (
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
  file_inode text NOT NULL DEFAULT ''::text,
  since timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT problem_file_pkey PRIMARY KEY (category, file)
);

CREATE TABLE search_word (
  word text NOT NULL,
  CONSTRAINT search_word_pkey PRIMARY KEY (word)
);
CREATE INDEX search_word_part ON search_word USING gin (word gin_trgm_ops);

CREATE TABLE session (
  sha256 text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  last_used_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT session_pkey PRIMARY KEY (sha256)
);

CREATE TABLE setting (
  key text NOT NULL,
  value json NOT NULL,
  CONSTRAINT setting_pkey PRIMARY KEY (key)
);

CREATE TABLE template (
  hash text NOT NULL,
  name text NOT NULL,
  workflow json NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT template_pkey PRIMARY KEY (hash)
);

CREATE TABLE trash (
  id text NOT NULL,
  category text NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  filename text NOT NULL,
  file text NOT NULL,
  hash text NOT NULL,
  model json,
  state json NOT NULL DEFAULT '{}'::json,
  deleted_by text NOT NULL,
  deleted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT trash_pkey PRIMARY KEY (id)
);
CREATE INDEX trash_entity ON trash USING btree (category, slug);
CREATE INDEX trash_order ON trash USING btree (deleted_at DESC, id DESC);

CREATE TABLE used_token (
  sha256 text NOT NULL,
  used_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT used_token_pkey PRIMARY KEY (sha256)
);

CREATE TABLE webhook (
  id text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  sealed_secret text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  last_at timestamp with time zone,
  last_ok boolean,
  last_error text,
  CONSTRAINT webhook_pkey PRIMARY KEY (id)
);

CREATE TABLE webhook_delivery (
  id text NOT NULL,
  webhook_id text NOT NULL,
  event text NOT NULL,
  about text NOT NULL,
  body text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamp with time zone NOT NULL DEFAULT now(),
  ended_at timestamp with time zone,
  delivered boolean NOT NULL DEFAULT false,
  error text,
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_delivery_webhook_id_about_key UNIQUE (webhook_id, about),
  CONSTRAINT webhook_delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhook(id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_due ON webhook_delivery USING btree (webhook_id, next_at) WHERE (ended_at IS NULL);
CREATE INDEX webhook_delivery_ended ON webhook_delivery USING btree (ended_at) WHERE (ended_at IS NOT NULL);
