import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { Lane } from './job.ts';
import { LlmWorkerStatus } from './llm.ts';
import { LlmReview, maxBulkFiles } from './llm-jobs.ts';
import { TagCategory, TagListStatus } from './tags.ts';

const asked = {
  /** Absent: as Settings say for one entry; many wait for review. */
  review: LlmReview.optional(),
  lane: Lane.optional(),
};

export const RegenerateBody = z.strictObject(asked).nullish().meta({ id: 'RegenerateTags' });
export const DescribeBody = z
  .strictObject({
    description: z.string().trim().min(1).max(8000),
    /** Absent: the model finds one. */
    name: z.string().trim().min(1).max(200).optional(),
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
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export const DraftApplyBody = z
  .strictObject({
    /** JSON pointers of the changes that are wanted; absent: all. */
    pointers: z.array(z.string().max(1000)).min(1).max(1000).optional(),
    /** Also where somebody changed the same fields since. */
    overwrite: z.boolean().default(false),
  })
  .nullish()
  .meta({ id: 'DraftApply' });
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
export type DescribeInput = z.input<typeof DescribeBody>;
export type BulkCreateInput = z.input<typeof BulkCreateBody>;
export type DraftApplyInput = z.input<typeof DraftApplyBody>;
