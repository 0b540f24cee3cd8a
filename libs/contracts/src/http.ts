import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { JobStatus, JobView, Lane } from './job.ts';
import { Prompts, Recipe, Seed, Side, Slug } from './recipe.ts';
import { NsfwFilter } from './rpc.ts';

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
