import type {
  CategoryName,
  CheckpointTimings,
  EntityData,
  FailureClass,
  GazeEvent,
  GenerationRecord,
  JobStatus,
  Lane,
  LlmChange,
  LlmReview,
  LlmTask,
  LlmTaskKind,
  LlmTranscript,
  ModelKind,
  PageState,
  PictureMetadata,
  Prompts,
  RefusedField,
  RevisionAction,
  Scope,
  Snapshot,
  TagReport,
  WebhookEvent,
  WireError,
  Workflow,
} from '@gaze/contracts';
import type { ColumnType, Generated, Insertable, JSONColumnType } from 'kysely';

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
  /** `file`: an edit from outside; `user: <key or session>`; `llm: <job>`. */
  made_by: string;
  action: Generated<RevisionAction>;
  /** A sentence where the action alone does not say it. */
  note: string | null;
  /** `pending`: on its way to the file; `conflict`: what somebody else wrote meanwhile and a write of ours replaced. */
  state: Generated<'pending' | 'done' | 'conflict'>;
  /** Name of the file that it writes. */
  filename: Generated<string>;
  plan: NullableJson<WritePlan>;
  created_at: Time;
}

/** What a write does beside changing one file's text: enough to finish it, or to undo it, after a crash. */
export type WritePlan =
  | { type: 'rename'; from_filename: string; from_slug: string; from_id: string; to_id: string }
  | {
      type: 'delete';
      trash: Omit<Insertable<TrashTable>, 'model' | 'state'>;
      model: TrashedModel | null;
      state: TrashedState;
    }
  | { type: 'restore'; trash_id: string; file: string; model: TrashedModel | null };

/** A model file that went along, both places relative to its root. */
export interface TrashedModel {
  root: 'lora' | 'checkpoint';
  from: string;
  to: string;
}

/** What only the database knew of a deleted entity. */
export interface TrashedState {
  is_favourite?: boolean;
  default_fields?: string[];
  active_outfit?: string | null;
  page_state?: PageState;
  cover_key?: string | null;
  cover_sha256?: string | null;
}

export interface TrashTable {
  id: string;
  category: CategoryName;
  slug: string;
  name: string;
  /** Its name in the category's folder. */
  filename: string;
  /** Where it lies now, relative to the data folder. */
  file: string;
  hash: string;
  model: NullableJson<TrashedModel>;
  state: JsonWithDefault<TrashedState>;
  deleted_by: string;
  deleted_at: Time;
}

export interface EntityRenameTable {
  id: Generated<number>;
  category: CategoryName;
  from_slug: string;
  to_slug: string;
  from_id: string;
  to_id: string;
  references_due: Generated<boolean>;
  pictures_due: Generated<boolean>;
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
  /** The positive prompt, as it is shown where a search found it. */
  prompt: Generated<string>;
  /** Its words, and those of its owner; made by `searchVector`. */
  search: Generated<string>;
  /** Of a picture that GAZE did not make: what it says of itself. */
  metadata: NullableJson<PictureMetadata>;
  /** As the store said when the picture, and its sidecar, were last read or written; null: not looked at yet. */
  file_etag: string | null;
  sidecar_etag: string | null;
  thumb_due: Generated<boolean>;
  created_at: Time;
}

export interface ImageLoraTable {
  name: string;
  created_at: Time;
  image_id: string;
}

/** An entry that a picture was made from. Kept while the picture is hidden. */
export interface ImageEntityTable {
  image_id: string;
  category: CategoryName;
  slug: string;
  /** Of a character: the outfit of its wardrobe that counted, by name. */
  worn: string | null;
}

/** A picture that is not shown: every column of `image`, and why. */
export interface ImageHiddenTable extends ImageTable {
  loras: Generated<string[]>;
  reason: 'trash' | 'missing';
  hidden_at: Time;
  /** Entities whose cover it was. */
  covers: JsonWithDefault<{ category: CategoryName; slug: string }[]>;
  /** Its files are still where they were. */
  move_due: Generated<boolean>;
}

export interface SearchWordTable {
  word: string;
}

export interface ModelFileTable {
  kind: ModelKind;
  name: string;
  bytes: Int8;
  mtime_ms: number;
  inode: string;
  title: string | null;
  base_model: string | null;
  resolution: string | null;
  triggers: Generated<string[]>;
  tags: JsonWithDefault<{ tag: string; count: number }[]>;
  /** What its author says of it. */
  notes: string | null;
  header_sha256: string | null;
  sha256: string | null;
  problem: string | null;
  gone_at: NullableTime;
  first_seen_at: Time;
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

/** What is asked of the model, by reference: the entry is read when the work begins. */
export type LlmIntent =
  | { kind: 'regenerate_tags'; category: CategoryName; slug: string }
  | {
      kind: 'create_entity';
      category: CategoryName;
      description: string;
      name?: string | undefined;
      nsfw?: boolean | undefined;
    }
  | { kind: 'bulk_create'; category: CategoryName; file: string; model: ModelKind; overwrite: boolean };

export interface LlmTaskTable {
  job_id: string;
  intent: Json<LlmIntent>;
  review: LlmReview;
  /** The model file that an entry is made for. */
  file: string | null;
  made_by: string;
  /** What the newest attempt was given. */
  issued: NullableJson<LlmTask>;
}

export interface LlmTranscriptTable {
  job_id: string;
  attempt: number;
  transcript: Json<LlmTranscript>;
  created_at: Time;
}

export interface LlmResultTable {
  job_id: string;
  attempt: number;
  kind: LlmTaskKind | 'proposed_edit';
  category: CategoryName;
  /** Null: it makes a new entry. */
  slug: string | null;
  file: string | null;
  /** The request that it came from. */
  batch_id: string | null;
  name: string;
  /** Hash of the version that the changes were made on. */
  revision: string | null;
  changes: Json<LlmChange[]>;
  /** The changes that a person chose; null: all. */
  pointers: NullableJson<string[]>;
  overwrite: Generated<boolean>;
  refused: JsonWithDefault<RefusedField[]>;
  tag_report: Json<TagReport>;
  notes: JsonWithDefault<string[]>;
  state: 'applying' | 'waiting' | 'applied' | 'discarded';
  reason: Generated<string>;
  created_at: Time;
  decided_at: NullableTime;
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
  timings: JsonWithDefault<CheckpointTimings[]>;
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

/** What an import took over, by the hash that it had then. */
export interface ImportedTable {
  kind: 'entry' | 'picture' | 'sidecar' | 'marks' | 'setting' | 'workflow';
  key: string;
  hash: string;
  imported_at: Time;
}

export interface WebhookTable {
  id: string;
  url: string;
  events: WebhookEvent[];
  sealed_secret: string;
  enabled: Generated<boolean>;
  created_at: Time;
  last_at: NullableTime;
  last_ok: boolean | null;
  last_error: string | null;
}

export interface WebhookDeliveryTable {
  id: string;
  webhook_id: string;
  event: string;
  /** What it tells; once for each webhook. */
  about: string;
  body: string;
  created_at: Time;
  attempts: Generated<number>;
  next_at: Time;
  ended_at: NullableTime;
  delivered: Generated<boolean>;
  error: string | null;
}

export interface Database {
  entity: EntityTable;
  entity_revision: EntityRevisionTable;
  trash: TrashTable;
  entity_rename: EntityRenameTable;
  problem_file: ProblemFileTable;
  image: ImageTable;
  image_hidden: ImageHiddenTable;
  image_lora: ImageLoraTable;
  image_entity: ImageEntityTable;
  search_word: SearchWordTable;
  model_file: ModelFileTable;
  template: TemplateTable;
  batch: BatchTable;
  job: JobTable;
  attempt: AttemptTable;
  llm_task: LlmTaskTable;
  llm_transcript: LlmTranscriptTable;
  llm_result: LlmResultTable;
  idempotency: IdempotencyTable;
  host: HostTable;
  host_file: HostFileTable;
  event: EventTable;
  setting: SettingTable;
  api_key: ApiKeyTable;
  session: SessionTable;
  used_token: UsedTokenTable;
  imported: ImportedTable;
  webhook: WebhookTable;
  webhook_delivery: WebhookDeliveryTable;
}
