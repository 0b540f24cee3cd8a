import type {
  CategoryName,
  EntityData,
  FailureClass,
  GazeEvent,
  GenerationRecord,
  JobStatus,
  Lane,
  PageState,
  Prompts,
  Scope,
  Snapshot,
  WireError,
  Workflow,
} from '@gaze/contracts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Time = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** 64-bit integers arrive as numbers: the pool's parser refuses what would lose digits. */
type Int8 = ColumnType<number, number, number>;
type Json<T> = JSONColumnType<T & object>;
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;

export interface EntityTable {
  category: CategoryName;
  slug: string;
  id: string;
  name: string;
  subtitle: Generated<string>;
  filename: string;
  revision: string;
  data: Json<EntityData>;
  lora_name: string | null;
  lora_weight: number | null;
  tags: JsonWithDefault<Record<string, unknown>>;
  search: Generated<string>;
  is_nsfw: Generated<boolean>;
  has_old_tags: Generated<boolean>;
  is_favourite: Generated<boolean>;
  default_fields: JsonWithDefault<string[]>;
  active_outfit: string | null;
  page_state: JsonWithDefault<PageState>;
  cover_key: string | null;
  cover_sha256: string | null;
  sample_cover_due: Generated<boolean>;
  file_size: Int8;
  file_mtime_ms: number;
  file_ctime_ms: number;
  file_inode: string;
  gone_at: NullableTime;
  created_at: Time;
  updated_at: Time;
}

export interface EntityRevisionTable {
  id: Generated<number>;
  category: CategoryName;
  slug: string;
  before_hash: string | null;
  after_hash: string | null;
  before_text: string | null;
  after_text: string | null;
  made_by: string;
  created_at: Time;
}

export interface ProblemFileTable {
  category: CategoryName;
  file: string;
  kind: 'syntax' | 'schema' | 'unreadable' | 'collision' | 'too_large';
  message: string;
  line: number | null;
  column: number | null;
  pointer: string | null;
  slug: string | null;
  file_size: ColumnType<number, number | undefined, number>;
  file_mtime_ms: Generated<number>;
  file_ctime_ms: Generated<number>;
  file_inode: Generated<string>;
  since: Time;
}

export interface ImageTable {
  id: string;
  key: string;
  sha256: string;
  bytes: Int8;
  width: number;
  height: number;
  owner_category: CategoryName | null;
  owner_slug: string | null;
  job_id: string | null;
  attempt: number | null;
  ordinal: Generated<number>;
  is_favourite: Generated<boolean>;
  is_nsfw: Generated<boolean>;
  rating: number | null;
  seed: number | null;
  checkpoint: string | null;
  host_name: string | null;
  record: NullableJson<GenerationRecord>;
  sidecar_written: Generated<boolean>;
  created_at: Time;
}

export interface TemplateTable {
  hash: string;
  name: string;
  workflow: Json<Workflow>;
  created_at: Time;
}

export interface BatchTable {
  id: string;
  kind: 'image' | 'llm';
  label: string;
  count: number;
  created_at: Time;
}

export interface JobTable {
  id: string;
  batch_id: string;
  ordinal: number;
  kind: 'image' | 'llm';
  status: JobStatus;
  lane: Lane;
  priority: Generated<number>;
  label: string;
  owner_category: CategoryName | null;
  owner_slug: string | null;
  snapshot: Json<Snapshot>;
  template_hash: string | null;
  files: JsonWithDefault<{ kind: 'checkpoint' | 'lora' | 'vae'; name: string }[]>;
  checkpoint: string | null;
  loras: Generated<string[]>;
  seed: number | null;
  sets_cover: Generated<boolean>;
  is_nsfw: Generated<boolean>;
  notes: JsonWithDefault<string[]>;
  host_id: string | null;
  dispatch: Generated<number>;
  front: Generated<boolean>;
  stream_incarnation: string | null;
  stream_sequence: number | null;
  attempt: Generated<number>;
  counted_attempts: Generated<number>;
  /** Hosts that failed the job: taken again only where no other can do it. */
  avoid_hosts: Generated<string[]>;
  /** Hosts that refused it: never taken again. */
  unfit_hosts: Generated<string[]>;
  /** How long it would take first come, first served, as estimated when it came. */
  fair_ms: Generated<number>;
  not_before: NullableTime;
  reason: string | null;
  error: NullableJson<WireError & { class?: FailureClass }>;
  prompts: NullableJson<Prompts>;
  created_at: Time;
  dispatched_at: NullableTime;
  started_at: NullableTime;
  heartbeat_at: NullableTime;
  finished_at: NullableTime;
}

export interface AttemptTable {
  job_id: string;
  number: number;
  holder: string;
  host_id: string;
  host_name: string;
  prompt_id: string | null;
  posting_at: NullableTime;
  posted_at: NullableTime;
  adopted: Generated<boolean>;
  status: Generated<'running' | 'done' | 'failed' | 'lost'>;
  error: NullableJson<WireError>;
  started_at: Time;
  heartbeat_at: Time;
  finished_at: NullableTime;
}

export interface IdempotencyTable {
  principal: string;
  route: string;
  key: string;
  body_hash: string;
  batch_id: string;
  created_at: Time;
}

export interface HostTable {
  id: string;
  name: string;
  url: string;
  origin: 'environment' | 'settings';
  enabled: Generated<boolean>;
  state: Generated<'unknown' | 'up' | 'down' | 'disabled'>;
  reason: Generated<string>;
  version: string | null;
  holder: string | null;
  epoch: Generated<number>;
  holder_seen_at: NullableTime;
  loaded_checkpoint: string | null;
  loaded_loras: Generated<string[]>;
  missing_nodes: Generated<string[]>;
  inventory: string | null;
  inventory_at: NullableTime;
  image_ms: Generated<number>;
  load_ms: Generated<number>;
  created_at: Time;
}

export interface HostFileTable {
  host_id: string;
  kind: string;
  name: string;
}

export interface EventTable {
  id: Generated<number>;
  payload: Json<GazeEvent>;
  sequence: number | null;
  created_at: Time;
}

export interface SettingTable {
  key: string;
  value: ColumnType<unknown, string, string>;
}

export interface ApiKeyTable {
  id: string;
  name: string;
  sha256: string;
  prefix: string;
  scopes: Scope[];
  created_at: Time;
  last_used_at: NullableTime;
  revoked_at: NullableTime;
}

export interface SessionTable {
  sha256: string;
  user_agent: string;
  created_at: Time;
  last_used_at: Time;
  expires_at: Time;
}

export interface UsedTokenTable {
  sha256: string;
  used_at: Time;
}

export interface Database {
  entity: EntityTable;
  entity_revision: EntityRevisionTable;
  problem_file: ProblemFileTable;
  image: ImageTable;
  template: TemplateTable;
  batch: BatchTable;
  job: JobTable;
  attempt: AttemptTable;
  idempotency: IdempotencyTable;
  host: HostTable;
  host_file: HostFileTable;
  event: EventTable;
  setting: SettingTable;
  api_key: ApiKeyTable;
  session: SessionTable;
  used_token: UsedTokenTable;
}
