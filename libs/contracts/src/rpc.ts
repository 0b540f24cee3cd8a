import { z } from 'zod';
import {
  AttemptView,
  FailureClass,
  HostView,
  JobDetail,
  JobStatus,
  JobView,
  Lane,
  QueueView,
} from './job.ts';
import { CheckpointTimings } from './bus.ts';
import { CategoryName } from './categories/declaration.ts';
import { EntityCard, EntityDetail, FacetView, PageState, ProblemFile, RescanResult } from './entity.ts';
import { WireError } from './errors.ts';
import { NumberedEvent } from './events.ts';
import { GenerationRecord, ImageDetail, ImageView, StoredImage, imageFilterFields } from './image.ts';
import { Prompts, Recipe, Snapshot, Workflow } from './recipe.ts';
import { Scope } from './auth.ts';

/** One question of the bus: its subject, both shapes, and how long the asker waits. */
export interface RpcContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  subject: string;
  input: I;
  output: O;
  deadlineSeconds: number;
}

/** A question under `gaze.rpc.<name>`. */
export function rpc<I extends z.ZodType, O extends z.ZodType>(
  name: string,
  input: I,
  output: O,
  deadlineSeconds = 5,
): RpcContract<I, O> {
  return { subject: `gaze.rpc.${name}`, input, output, deadlineSeconds };
}

const Ref = z.object({ category: CategoryName, slug: z.string() });
const Page = { cursor: z.string().optional(), limit: z.number().int().min(1).max(200).default(60) };
const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
const Empty = z.object({});

export const NsfwFilter = z.enum(['sfw', 'nsfw', 'all']);

export const LibraryQuery = z.object({
  category: CategoryName,
  q: z.string().max(200).optional(),
  favourite: z.boolean().optional(),
  nsfw: NsfwFilter.default('all'),
  sort: z.enum(['favourite', 'name', 'recent']).default('favourite'),
  has_lora: z.boolean().optional(),
  has_cover: z.boolean().optional(),
  has_problem: z.boolean().optional(),
  /** Tag filters, `key:value`; several of one key widen, different keys narrow. */
  tags: z.array(z.string().max(200)).max(20).default([]),
  ...Page,
});
export type LibraryQuery = z.infer<typeof LibraryQuery>;

export const ImageQuery = z.object({
  category: CategoryName.optional(),
  slug: z.string().optional(),
  favourite: z.boolean().optional(),
  nsfw: NsfwFilter.default('all'),
  checkpoint: z.string().optional(),
  ...imageFilterFields,
  ...Page,
});
export type ImageQuery = z.infer<typeof ImageQuery>;

export const JobQuery = z.object({
  status: z.array(JobStatus).optional(),
  batch_id: z.string().optional(),
  category: CategoryName.optional(),
  slug: z.string().optional(),
  ...Page,
});
export type JobQuery = z.infer<typeof JobQuery>;

export const Submission = z.object({
  recipe: Recipe,
  count: z.number().int().min(1).max(20).default(1),
  lane: Lane.default('interactive'),
  label: z.string().max(200).optional(),
  /** The batch that its jobs join, made with this label where it is not there yet: a run over many entities is one. */
  batch: z.object({ id: z.string().regex(/^[0-9a-z-]{8,40}$/), label: z.string().max(200) }).optional(),
  /** Scoped by principal and route; the hash is of the request's body. */
  idempotency: z
    .object({ principal: z.string(), route: z.string(), key: z.string().max(200), body_hash: z.string() })
    .optional(),
});

export const ApiKeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    prefix: z.string(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof ApiKeyView>;

/** Settings that the app reads and writes. Unset ones are absent. */
export const Settings = z
  .object({
    default_checkpoint: z.string().nullable(),
    nsfw_display: z.enum(['show', 'blur', 'hide']),
    /** What becomes of an LLM job's result for one entry; results for many wait for review unless asked otherwise. */
    llm_review: z.enum(['apply', 'review']).optional(),
    /** Days for which ended jobs stay in the history; pictures stay anyway. */
    keep_job_days: z.number().int().min(1).max(3650).optional(),
    /** Days after which the trash is emptied by itself; null: only by hand. */
    keep_trash_days: z.number().int().min(1).max(3650).nullable().optional(),
    /** Changes of each entry that are kept however old they are; those of the last half year are kept as well. */
    keep_revisions: z.number().int().min(5).max(1000).optional(),
    /** Hours for which a browser that was away can catch up without loading everything again. */
    keep_event_hours: z.number().int().min(1).max(720).optional(),
  })
  .meta({ id: 'Settings' });
export type Settings = z.infer<typeof Settings>;

/** All that a prompt needs besides the entities themselves: what the browser composes with. */
export const GenerationDefaults = z
  .object({
    template: z.object({
      name: z.string(),
      hash: z.string(),
      negative: z.string(),
      checkpoint: z.string(),
      width: z.number(),
      height: z.number(),
    }),
    checkpoint: z.object({
      path: z.string(),
      slug: z.string().nullable(),
      name: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: 'GenerationDefaults' });
export type GenerationDefaults = z.infer<typeof GenerationDefaults>;

/** What a field of a checkpoint can be set to. */
const HostChoice = z.object({
  name: z.string(),
  /** Names of the hosts that have it. */
  hosts: z.array(z.string()),
});
export const GenerationChoices = z
  .object({
    samplers: z.array(HostChoice),
    schedulers: z.array(HostChoice),
    vaes: z.array(HostChoice),
    /** Names of the workflow templates in the data folder. */
    workflows: z.array(z.string()),
    /** How many hosts have told what they have; 0: the lists are empty because nobody knows. */
    known_hosts: z.number().int(),
  })
  .meta({ id: 'GenerationChoices' });
export type GenerationChoices = z.infer<typeof GenerationChoices>;

/** Every question that the catalog answers. */
export const catalogRpc = {
  libraryList: rpc('library.list', LibraryQuery, page(EntityCard)),
  libraryFacets: rpc(
    'library.facets',
    z.object({ category: CategoryName }),
    z.object({ total: z.number().int(), facets: z.array(FacetView) }),
  ),
  libraryCounts: rpc(
    'library.counts',
    Empty,
    z.object({
      counts: z.partialRecord(CategoryName, z.number().int()),
      images: z.number().int(),
      /** Files that could not be taken over. */
      problems: z.number().int().default(0),
    }),
  ),
  libraryRescan: rpc(
    'library.rescan',
    z.object({ category: CategoryName.optional() }),
    z.object({ results: z.array(RescanResult) }),
    120,
  ),
  entityGet: rpc('entity.get', Ref, EntityDetail),
  entityFavourite: rpc('entity.favourite', Ref.extend({ favourite: z.boolean() }), EntityCard),
  entityDefaults: rpc('entity.defaults', Ref.extend({ fields: z.array(z.string()) }), EntityCard),
  entityState: rpc('entity.state', Ref.extend({ state: PageState }), PageState),
  entityOutfit: rpc('entity.outfit', Ref.extend({ outfit: z.string() }), EntityCard),
  entityCover: rpc('entity.cover', Ref.extend({ image_id: z.string().nullable() }), EntityCard),
  problemsList: rpc('problems.list', Empty, z.object({ problems: z.array(ProblemFile) })),
  presetsList: rpc(
    'presets.list',
    Empty,
    z.object({
      presets: z.array(
        z.object({ id: z.string(), slug: z.string(), name: z.string(), has_cover: z.boolean() }),
      ),
    }),
  ),
  generationDefaults: rpc(
    'generation.defaults',
    z.object({ checkpoint: z.string().optional() }),
    GenerationDefaults,
  ),
  generationChoices: rpc('generation.choices', Empty, GenerationChoices),
  previewPrompt: rpc(
    'preview_prompt',
    z.object({ recipe: Recipe }),
    z.object({ prompts: Prompts, notes: z.array(z.string()), checkpoint: z.string() }),
  ),

  jobsSubmit: rpc(
    'jobs.submit',
    Submission,
    z.object({
      batch_id: z.string(),
      jobs: z.array(JobView),
      notes: z.array(z.string()),
      replayed: z.boolean(),
    }),
    15,
  ),
  /** Many submissions in one question, each answered for itself, in their order. */
  jobsSubmitMany: rpc(
    'jobs.submit_many',
    z.object({ entries: z.array(Submission).min(1).max(100) }),
    z.object({
      entries: z.array(
        z.object({
          batch_id: z.string().nullable(),
          job_ids: z.array(z.string()),
          notes: z.array(z.string()),
          error: WireError.nullable(),
        }),
      ),
    }),
    15,
  ),
  jobsGet: rpc('jobs.get', z.object({ job_id: z.string() }), JobDetail),
  jobsList: rpc('jobs.list', JobQuery, page(JobView)),
  jobsCancel: rpc(
    'jobs.cancel',
    z.object({
      job_ids: z.array(z.string()).max(200).optional(),
      batch_id: z.string().optional(),
      all_waiting: z.boolean().optional(),
    }),
    z.object({ jobs: z.array(JobView) }),
  ),
  jobsRetry: rpc('jobs.retry', z.object({ job_id: z.string() }), JobView),
  jobsFront: rpc('jobs.front', z.object({ job_id: z.string() }), JobView),
  queuesGet: rpc('queues.get', Empty, z.object({ queues: z.array(QueueView) })),
  queuesPause: rpc(
    'queues.pause',
    z.object({ kind: z.enum(['image', 'llm']), paused: z.boolean() }),
    QueueView,
  ),

  imagesList: rpc('images.list', ImageQuery, page(ImageView)),
  imagesGet: rpc('images.get', z.object({ image_id: z.string() }), ImageDetail),
  imagesFlags: rpc(
    'images.flags',
    z.object({
      image_id: z.string(),
      is_favourite: z.boolean().optional(),
      is_nsfw: z.boolean().optional(),
      rating: z.number().int().min(0).max(5).nullable().optional(),
    }),
    ImageDetail,
  ),

  hostsList: rpc('hosts.list', Empty, z.object({ hosts: z.array(HostView) })),
  settingsGet: rpc('settings.get', Empty, Settings),
  settingsSet: rpc('settings.set', Settings.partial(), Settings),
  eventsSince: rpc(
    'events.since',
    z.object({ token: z.string().nullable(), limit: z.number().int().max(500).default(500) }),
    z.object({ known: z.boolean(), token: z.string(), events: z.array(NumberedEvent), more: z.boolean() }),
  ),

  keysList: rpc('keys.list', Empty, z.object({ keys: z.array(ApiKeyView) })),
  keysCreate: rpc(
    'keys.create',
    z.object({ name: z.string().min(1).max(100), scopes: z.array(Scope).min(1) }),
    z.object({ key: ApiKeyView, secret: z.string() }),
  ),
  /** Replaces the secret of a key, or makes the key; the original's single key is the one named `default`. */
  keysRegenerate: rpc(
    'keys.regenerate',
    z.object({ name: z.string().min(1).max(100), scopes: z.array(Scope).min(1) }),
    z.object({ key: ApiKeyView, secret: z.string() }),
  ),
  keysRevoke: rpc('keys.revoke', z.object({ id: z.string() }), Empty),
  /** `sha256`: hex of the presented secret. Null: no such key or session. */
  authKey: rpc(
    'auth.key',
    z.object({ sha256: z.string() }),
    z.object({
      principal: z.object({ id: z.string(), name: z.string(), scopes: z.array(Scope) }).nullable(),
    }),
  ),
  authSession: rpc(
    'auth.session',
    z.object({ sha256: z.string() }),
    z.object({
      principal: z.object({ id: z.string(), name: z.string(), scopes: z.array(Scope) }).nullable(),
    }),
  ),
  /** `once`: hash of the one-time token that is traded for the session; `opened` is false where it was used before. */
  sessionOpen: rpc(
    'session.open',
    z.object({
      sha256: z.string(),
      days: z.number().int(),
      user_agent: z.string().max(300),
      once: z.string().optional(),
    }),
    z.object({ opened: z.boolean() }),
  ),
  sessionClose: rpc('session.close', z.object({ sha256: z.string() }), Empty),
} as const;

/** The holder's questions to the ledger. */
export const ledgerRpc = {
  start: rpc(
    'ledger.start',
    z.object({
      job_id: z.string(),
      dispatch: z.number().int(),
      holder: z.string(),
      host_id: z.string(),
      epoch: z.number().int(),
      /** Id under which it will post where there is nothing to take over: recorded with the start, it saves `posting`. */
      prompt_id: z.string().optional(),
    }),
    z.discriminatedUnion('outcome', [
      z.object({
        outcome: z.literal('start'),
        /** `prompt_id` is on record: the holder may post under it at once. */
        recorded: z.boolean().optional(),
        attempt: z.number().int(),
        snapshot: Snapshot,
        template: Workflow,
        /** What earlier attempts of this job posted to this host, newest first. */
        earlier_prompt_ids: z.array(z.string()),
        /** Name of the owner's folder in the object store. */
        folder: z.string(),
        queued_seconds: z.number(),
        front: z.boolean(),
      }),
      /** Nothing to do: ack the message. `finished` also when the catalog completed it from stored bytes. */
      z.object({
        outcome: z.literal('refused'),
        reason: z.enum(['superseded', 'cancelled', 'finished', 'unknown']),
      }),
      /** The asker does not hold the host any more: leave the message. */
      z.object({ outcome: z.literal('not_holder') }),
    ]),
  ),
  /** Before the post: the id is recorded first, so that a crash between the two can be told from one before. */
  posting: rpc(
    'ledger.posting',
    z.object({
      job_id: z.string(),
      attempt: z.number().int(),
      prompt_id: z.string(),
      host_id: z.string(),
      epoch: z.number().int(),
      prompts: Prompts,
      adopted: z.boolean(),
    }),
    z.object({ outcome: z.enum(['go', 'stale', 'cancelled', 'not_holder']) }),
  ),
  /** The host took the prompt: from here the attempt counts. */
  posted: rpc(
    'ledger.posted',
    z.object({ job_id: z.string(), attempt: z.number().int(), prompts: Prompts.optional() }),
    z.object({ ok: z.boolean() }),
  ),
  complete: rpc(
    'ledger.complete',
    z.object({
      job_id: z.string(),
      attempt: z.number().int(),
      images: z.array(StoredImage).min(1).max(64),
      prompts: Prompts,
      loras: z.array(z.object({ name: z.string(), weight: z.number() })),
      checkpoint: z.string(),
      rendering_seconds: z.number(),
      notes: z.array(z.string()),
      record: GenerationRecord,
    }),
    z.object({ outcome: z.enum(['accepted', 'already', 'refused']) }),
    15,
  ),
  fail: rpc(
    'ledger.fail',
    z.object({ job_id: z.string(), attempt: z.number().int(), class: FailureClass, error: WireError }),
    z.object({ outcome: z.enum(['failed', 'waiting', 'cancelled', 'stale']) }),
  ),
  /** A prompt that was never rendered comes back: withdrawn, or its worker stops before posting. */
  release: rpc(
    'ledger.release',
    z.object({ job_id: z.string(), attempt: z.number().int(), reason: z.string() }),
    z.object({ ok: z.boolean() }),
  ),
  /** Whether complete bytes of an attempt count: asked by nobody but tests and the operator's tools. */
  attempts: rpc(
    'ledger.attempts',
    z.object({ job_id: z.string() }),
    z.object({
      attempts: z.array(AttemptView),
      /** Of the job; null for one that this ledger does not know. */
      status: JobStatus.nullable().optional(),
    }),
  ),
} as const;

/** The replica's questions about hosts. */
export const hostRpc = {
  /** Hosts that this replica shall hold now. Asked at start, every few seconds, and when the assignment changed. */
  assigned: rpc(
    'hosts.assigned',
    z.object({
      replica: z.string(),
      /** Of the process behind the name: another one means that the earlier one is dead, and its attempts with it. */
      incarnation: z.string().optional(),
      holding: z.array(z.object({ host_id: z.string(), epoch: z.number().int(), busy: z.boolean() })),
    }),
    z.object({
      hosts: z.array(
        z.object({
          host_id: z.string(),
          name: z.string(),
          url: z.string(),
          epoch: z.number().int(),
          /** What earlier holders measured. */
          timings: z.array(CheckpointTimings).optional(),
        }),
      ),
    }),
  ),
  /** A host's files, in pages; the page with `last` replaces what the catalog knew. */
  inventory: rpc(
    'hosts.inventory',
    z.object({
      host_id: z.string(),
      epoch: z.number().int(),
      fingerprint: z.string(),
      page: z.number().int().min(0),
      last: z.boolean(),
      files: z
        .array(
          z.object({
            kind: z.enum(['checkpoint', 'lora', 'vae', 'sampler', 'scheduler', 'class', 'bbox']),
            name: z.string(),
          }),
        )
        .max(2000),
    }),
    Empty,
  ),
  /** The replica stops: its hosts are free at once. */
  leave: rpc('hosts.leave', z.object({ replica: z.string() }), Empty),
} as const;
