import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { Lane } from './job.ts';
import { LlmWorkerStatus } from './llm.ts';
import { DraftView, LlmReview, maxBulkFiles, maxSlugs } from './llm-jobs.ts';
import { EntityData, Slug } from './recipe.ts';
import { TagCategory, TagListStatus } from './tags.ts';

const asked = {
  /** Absent: as Settings say for one entry; many wait for review. */
  review: LlmReview.optional(),
  lane: Lane.optional(),
};

export const RegenerateBody = z.strictObject(asked).nullish().meta({ id: 'RegenerateTags' });
/** `slugs`: these entries of the category and no others. */
export const RegenerateManyBody = z
  .strictObject({ slugs: z.array(Slug).min(1).max(maxSlugs).optional(), ...asked })
  .nullish()
  .meta({ id: 'RegenerateManyTags' });
export const DescribeBody = z
  .strictObject({
    description: z.string().trim().min(1).max(8000),
    /** Absent: the model finds one. */
    name: z.string().trim().min(1).max(200).optional(),
    /** Absent: the model judges. */
    nsfw: z.boolean().optional(),
    ...asked,
  })
  .meta({ id: 'Describe' });
export const BulkCreateBody = z
  .strictObject({
    /** Model files as entries name them, with `/`. */
    files: z.array(z.string().min(1).max(500)).min(1).max(maxBulkFiles),
    /** Goes over the entries that use one of the files already; else those files are left out. */
    overwrite: z.boolean().default(false),
    ...asked,
  })
  .meta({ id: 'BulkCreate' });

export const DraftsQuerystring = z.object({
  category: CategoryName.optional(),
  /** Of one request. */
  batch_id: z.string().max(100).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export const DraftsPage = z
  .object({
    items: z.array(DraftView),
    next_cursor: z.string().nullable(),
    /** All that wait, whatever was asked for. */
    waiting: z.number().int(),
  })
  .meta({ id: 'Drafts' });
export type DraftsPage = z.infer<typeof DraftsPage>;
export const DraftsDecideBody = z
  .strictObject({
    decision: z.enum(['apply', 'discard']),
    category: CategoryName.optional(),
    batch_id: z.string().max(100).optional(),
  })
  .meta({ id: 'DraftsDecide' });
export type DraftsDecideInput = z.input<typeof DraftsDecideBody>;
export const DraftApplyBody = z
  .strictObject({
    /** JSON pointers of the changes that are wanted; absent: all. */
    pointers: z.array(z.string().max(1000)).min(1).max(1000).optional(),
    /** Also where somebody changed the same fields since. */
    overwrite: z.boolean().default(false),
  })
  .nullish()
  .meta({ id: 'DraftApply' });
export const ProposalBody = z
  .strictObject({
    /** A merge patch (RFC 7396). No field can be taken away. */
    patch: EntityData,
    /** Why, for the person who decides. */
    note: z.string().max(500).default(''),
  })
  .meta({ id: 'Proposal' });
export type ProposalInput = z.input<typeof ProposalBody>;
export const TranscriptQuerystring = z.object({ attempt: z.coerce.number().int().min(1).optional() });

/** How language model and tag server are; null: that part does not answer. */
export const LlmHouse = z
  .object({ worker: LlmWorkerStatus.nullable(), tags: TagListStatus.nullable() })
  .meta({ id: 'LlmHouse' });
export type LlmHouse = z.infer<typeof LlmHouse>;

const tagLimit = z.coerce.number().int().min(1).max(100).default(20);
export const TagSearchQuerystring = z.object({
  query: z.string().max(200),
  limit: tagLimit,
  category: TagCategory.optional(),
});
export const TagSuggestQuerystring = z.object({
  partial: z.string().max(200),
  limit: tagLimit,
  category: TagCategory.optional(),
});
export const TagValidateBody = z
  .strictObject({ tags: z.array(z.string().max(200)).max(500) })
  .meta({ id: 'TagValidate' });

export type RegenerateInput = z.input<typeof RegenerateBody>;
export type RegenerateManyInput = z.input<typeof RegenerateManyBody>;
export type DescribeInput = z.input<typeof DescribeBody>;
export type BulkCreateInput = z.input<typeof BulkCreateBody>;
export type DraftApplyInput = z.input<typeof DraftApplyBody>;
