import { z } from 'zod';
import { Scope } from './auth.ts';
import { CategoryName } from './categories/declaration.ts';
import { FacetView, ProblemFile, RescanResult } from './entity.ts';
import { Problem } from './errors.ts';
import { eventTopics } from './events.ts';
import { imageFilterFields } from './image.ts';
import { HostView, JobStatus, JobView, Lane, QueueView } from './job.ts';
import { Prompts, Recipe, Seed, Side, Slug } from './recipe.ts';
import { ApiKeyView, NsfwFilter, Settings } from './rpc.ts';

/** A list in pages; `next_cursor` is null on the last one. There is no exact count on purpose. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

const flag = z
  .enum(['on', 'off', 'true', 'false'])
  .transform((v) => v === 'on' || v === 'true')
  .optional();
const paging = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(60),
};

export const LibraryParams = z.object({ category: CategoryName });
export const EntityParams = z.object({ category: CategoryName, slug: Slug });
export const IdParams = z.object({ id: z.string().min(1).max(100) });

export const LibraryQuerystring = z.object({
  q: z.string().max(200).optional(),
  favourite: flag,
  nsfw: NsfwFilter.default('all'),
  sort: z.enum(['favourite', 'name', 'recent']).default('favourite'),
  has_lora: flag,
  has_cover: flag,
  has_problem: flag,
  /** `key:value`, may be given several times. */
  tag: z.union([z.string().max(200), z.array(z.string().max(200)).max(20)]).optional(),
  ...paging,
});

export const ImagesQuerystring = z.object({
  category: CategoryName.optional(),
  slug: Slug.optional(),
  favourite: flag,
  nsfw: NsfwFilter.default('all'),
  checkpoint: z.string().max(500).optional(),
  ...imageFilterFields,
  ...paging,
});

export const JobsQuerystring = z.object({
  status: z.union([JobStatus, z.array(JobStatus)]).optional(),
  batch_id: z.string().max(100).optional(),
  category: CategoryName.optional(),
  slug: Slug.optional(),
  ...paging,
});

export const SubmitBody = z
  .strictObject({
    recipe: Recipe,
    count: z.number().int().min(1).max(20).default(1),
    lane: Lane.default('interactive'),
    label: z.string().max(200).optional(),
  })
  .meta({ id: 'Submit' });

export const SubmitReply = z
  .object({ batch_id: z.string(), jobs: z.array(JobView), notes: z.array(z.string()) })
  .meta({ id: 'Submitted' });

export const PreviewReply = z
  .object({ prompts: Prompts, notes: z.array(z.string()), checkpoint: z.string() })
  .meta({ id: 'PromptPreview' });

export const FavouriteBody = z.strictObject({ favourite: z.boolean() });
export const DefaultsBody = z.strictObject({ fields: z.array(z.string().max(100)).max(200) });
export const OutfitBody = z.strictObject({ outfit: z.string().min(1).max(200) });
export const CoverBody = z.strictObject({ image_id: z.string().max(100).nullable() });
export const ImageFlagsBody = z.strictObject({
  is_favourite: z.boolean().optional(),
  is_nsfw: z.boolean().optional(),
  rating: z.number().int().min(0).max(5).nullable().optional(),
});
export const CancelBody = z.strictObject({
  job_ids: z.array(z.string().max(100)).max(200).optional(),
  batch_id: z.string().max(100).optional(),
  all_waiting: z.boolean().optional(),
});
export const PauseBody = z.strictObject({ paused: z.boolean() });
export const KeyBody = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z.array(z.enum(['read', 'generate', 'write', 'admin'])).min(1),
});

export const SettingsBody = Settings.partial().strict();
export const PreviewBody = z.strictObject({ recipe: Recipe });
export const QueueParams = z.object({ kind: z.enum(['image', 'llm']) });
export const GenerationDefaultsQuerystring = z.object({ checkpoint: z.string().max(500).optional() });

/** A recipe around one entity: the address says which, the body only what differs from its page's defaults. */
export const GenerateBody = Recipe.omit({ owner: true, cover: true })
  .extend({
    /** Absent: as the category declares it. */
    cover: z.enum(['keep', 'replace']).optional(),
    count: z.number().int().min(1).max(20).default(1),
    lane: Lane.default('interactive'),
    label: z.string().max(200).optional(),
  })
  .strict()
  .meta({ id: 'Generate' });
export type GenerateInput = z.input<typeof GenerateBody>;
export type SubmitInput = z.input<typeof SubmitBody>;
export type SubmitReply = z.infer<typeof SubmitReply>;
export type PreviewReply = z.infer<typeof PreviewReply>;

export const maxBatchEntries = 1000;
export const BatchesBody = z
  .strictObject({
    entries: z.array(SubmitBody).min(1).max(maxBatchEntries),
    /** Present: all entries become one batch of this name. Absent: each is a batch of its own. */
    label: z.string().min(1).max(200).optional(),
  })
  .meta({ id: 'Batches' });
export const BatchesReply = z
  .object({
    accepted: z.number().int(),
    /** One per entry of the request, in its order: what was queued, or why not. */
    entries: z.array(
      z.object({
        batch_id: z.string().nullable(),
        job_ids: z.array(z.string()),
        notes: z.array(z.string()),
        problem: Problem.nullable(),
      }),
    ),
  })
  .meta({ id: 'BatchesAccepted' });
export type BatchesReply = z.infer<typeof BatchesReply>;

export const BatchView = z
  .object({
    id: z.string(),
    /** Every job has reached its end. */
    finished: z.boolean(),
    counts: z.record(JobStatus, z.number().int()),
    jobs: z.array(JobView),
  })
  .meta({ id: 'Batch' });
export type BatchView = z.infer<typeof BatchView>;

export const CountsReply = z
  .object({
    counts: z.partialRecord(CategoryName, z.number().int()),
    images: z.number().int(),
    /** Files that could not be taken over. */
    problems: z.number().int(),
  })
  .meta({ id: 'Counts' });
export type CountsReply = z.infer<typeof CountsReply>;
export const FacetsReply = z
  .object({ total: z.number().int(), facets: z.array(FacetView) })
  .meta({ id: 'Facets' });
export type FacetsReply = z.infer<typeof FacetsReply>;
export const RescanReply = z.object({ results: z.array(RescanResult) }).meta({ id: 'Rescanned' });
export const ProblemsReply = z.object({ problems: z.array(ProblemFile) }).meta({ id: 'ProblemFiles' });
export const JobsReply = z.object({ jobs: z.array(JobView) }).meta({ id: 'Jobs' });
export const QueuesReply = z.object({ queues: z.array(QueueView) }).meta({ id: 'Queues' });
export const HostsReply = z.object({ hosts: z.array(HostView) }).meta({ id: 'Hosts' });
export const KeysReply = z.object({ keys: z.array(ApiKeyView) }).meta({ id: 'ApiKeys' });
/** The only time that a key's secret is shown. */
export const KeyCreated = z.object({ key: ApiKeyView, secret: z.string() }).meta({ id: 'ApiKeyCreated' });
export type KeyCreated = z.infer<typeof KeyCreated>;

/** Who asks, by what right. */
export const SessionView = z
  .object({
    name: z.string(),
    scopes: z.array(Scope),
    by: z.enum(['session', 'key']),
    /** GAZE runs for the person at this machine: there is no password and nothing to sign out of. */
    local: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof SessionView>;
export const LoginBody = z.strictObject({ password: z.string().min(1).max(1000) }).meta({ id: 'Login' });

export const EventsQuerystring = z.object({
  /** Where the listener stands; absent: from now on. */
  token: z.string().max(200).optional(),
  /** Comma-separated; absent: all. */
  topics: z
    .string()
    .max(200)
    .refine((list) => list.split(',').every((topic) => (eventTopics as readonly string[]).includes(topic)), {
      error: `must be a comma-separated list of ${eventTopics.join(', ')}`,
    })
    .optional(),
});

export const MediaQuerystring = z.object({
  /** Present: the browser saves the picture instead of showing it. */
  download: z.string().max(200).optional(),
});
export const ThumbParams = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
  file: z.string().max(20),
});
export const ThumbQuerystring = z.object({
  /** Where the original lies: needed while the thumbnail has not been made yet. */
  key: z.string().max(900).optional(),
});

// ── the endpoints kept from the original, in their exact old shapes; unknown keys are ignored as they always were ──

export const LegacyPresets = z
  .object({
    presets: z.array(
      z.object({ id: z.string(), slug: z.string(), name: z.string(), has_cover: z.boolean() }),
    ),
  })
  .meta({ id: 'LegacyPresets' });

export const LegacyGenerateBody = z
  .object({
    checkpoint: z.string().max(500).nullish(),
    extra_positive: z.string().max(20_000).nullish(),
    extra_negative: z.string().max(20_000).nullish(),
    seed: Seed.nullish(),
    width: Side.nullish(),
    height: Side.nullish(),
    count: z.number().int().min(1).max(20).nullish(),
  })
  .nullish()
  .meta({ id: 'LegacyGenerate' });

export const LegacyGenerateReply = z
  .object({ jobs: z.array(z.object({ job_id: z.string(), status: z.literal('queued') })) })
  .meta({ id: 'LegacyGenerated' });

export const LegacyGenerateParams = z.object({ preset_slug: Slug });
export const LegacyJobParams = z.object({ job_id: z.string().min(1).max(100) });
export const LegacyKeyReply = z.object({ api_key: z.string() }).meta({ id: 'LegacyKey' });

export const LegacyStatus = z.enum(['pending', 'running', 'done', 'failed']);

export const LegacyResult = z
  .object({
    image_url: z.string(),
    relative_path: z.string(),
    images: z.array(z.object({ id: z.string(), url: z.string() })),
    seed: z.number().nullable(),
  })
  .nullable();

export const LegacyJob = z
  .object({
    id: z.string(),
    label: z.string(),
    status: LegacyStatus,
    error: z.string().nullable(),
    result: LegacyResult,
  })
  .meta({ id: 'LegacyJob' });

export const LegacyQueueStatus = z
  .object({ status: LegacyStatus, result: LegacyResult })
  .meta({ id: 'LegacyQueueStatus' });
