import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { DraftState } from './draft-state.ts';
import { EntityWritten } from './editing.ts';
import { JobView, Lane } from './job.ts';
import { LlmChange, LlmTranscript, RefusedField, TagReport } from './llm.ts';
import { EntityData, Slug } from './recipe.ts';
import { rpc } from './rpc.ts';

/** What becomes of a result: written into the library at once, or kept until a person has looked at it. */
export const LlmReview = z.enum(['apply', 'review']);
export type LlmReview = z.infer<typeof LlmReview>;

/** Files of one bulk request. */
export const maxBulkFiles = 2000;
/** Entries that one request may name. */
export const maxSlugs = 500;
/** Jobs that an answer shows: the rest is counted and found by the batch. */
export const maxJobsShown = 100;

const request = {
  /** Absent: the setting for one entry, review for many. */
  review: LlmReview.optional(),
  /** Absent: interactive for one entry, batch for many. */
  lane: Lane.optional(),
  /** Who asks, as revisions of what is written name it. */
  by: z.string().max(200).default('user'),
  idempotency: z
    .object({ principal: z.string(), route: z.string(), key: z.string().max(200), body_hash: z.string() })
    .optional(),
};

/** What was asked for and queues nothing, and why, as a sentence. */
export const LlmSkipped = z.object({ item: z.string(), reason: z.string() });
export type LlmSkipped = z.infer<typeof LlmSkipped>;

const submitted = {
  /** Null: there was nothing to do. */
  batch_id: z.string().nullable(),
  queued: z.number().int(),
  /** The first of them. */
  jobs: z.array(JobView).max(maxJobsShown),
  /** The first of them; `skipped_count` counts them all. */
  skipped: z.array(LlmSkipped).max(maxJobsShown),
  skipped_count: z.number().int(),
};
export const LlmSubmitted = z.object(submitted).meta({ id: 'LlmSubmitted' });
export type LlmSubmitted = z.infer<typeof LlmSubmitted>;
const Submitted = z.object({ ...submitted, replayed: z.boolean() });

/** A result of an LLM job that waits for a person, or did. */
export const DraftView = z
  .object({
    /** The job's. */
    id: z.string(),
    /** `proposed_edit`: a program proposed it; there is no job and no transcript. */
    kind: z.enum(['regenerate_tags', 'create_entity', 'bulk_create', 'proposed_edit']),
    category: CategoryName,
    /** The entry that it changes or has made; null: it makes a new one. */
    slug: z.string().nullable(),
    name: z.string(),
    /** The model file that the entry is for. */
    file: z.string().nullable(),
    state: DraftState,
    /** Why it waits, as a sentence. */
    reason: z.string(),
    /** Field by field: what is there or was, and what would be. */
    changes: z.array(LlmChange),
    /** How many changes there are: a list shows the first ones of a long draft. */
    change_count: z.number().int(),
    /** What the model set and may not set. It is not among the changes. */
    refused: z.array(RefusedField),
    tag_report: TagReport,
    notes: z.array(z.string()),
    created_at: z.string(),
    /** Of the request that it came from. */
    batch_id: z.string().nullable().default(null),
    /** Of the entry that it changes. */
    cover_thumb_url: z.string().nullable().default(null),
    is_nsfw: z.boolean().default(false),
  })
  .meta({ id: 'Draft' });
export type DraftView = z.infer<typeof DraftView>;

export const TranscriptView = z
  .object({
    job_id: z.string(),
    attempt: z.number().int(),
    /** Attempts that left a transcript. */
    attempts: z.array(z.number().int()),
    transcript: LlmTranscript,
  })
  .meta({ id: 'Transcript' });
export type TranscriptView = z.infer<typeof TranscriptView>;

/** Many drafts at once: how many are on their way now, or gone. */
export const DraftsDecided = z
  .object({ decided: z.number().int(), waiting: z.number().int() })
  .meta({ id: 'DraftsDecided' });
export type DraftsDecided = z.infer<typeof DraftsDecided>;

const DraftRef = z.object({ id: z.string().max(100) });

/** Questions about LLM jobs, from the side of whoever wants them done. The catalog answers them. */
export const llmJobsRpc = {
  /** One entry, a whole category, or everything. */
  regenerateTags: rpc(
    'llm_jobs.regenerate_tags',
    z.object({
      category: CategoryName.optional(),
      slug: Slug.optional(),
      /** These entries of the category and no others. */
      slugs: z.array(Slug).max(maxSlugs).optional(),
      ...request,
    }),
    Submitted,
    60,
  ),
  create: rpc(
    'llm_jobs.create',
    z.object({
      category: CategoryName,
      description: z.string().trim().min(1).max(8000),
      name: z.string().trim().min(1).max(200).optional(),
      /** Absent: the model judges. */
      nsfw: z.boolean().optional(),
      ...request,
    }),
    Submitted,
    15,
  ),
  /** One job per file. Files that an entry uses already are left out unless `overwrite` says to go over that entry. */
  bulkCreate: rpc(
    'llm_jobs.bulk_create',
    z.object({
      category: CategoryName,
      files: z.array(z.string().min(1).max(500)).min(1).max(maxBulkFiles),
      overwrite: z.boolean().default(false),
      ...request,
    }),
    Submitted,
    60,
  ),
  /** Absent attempt: the newest that left one. */
  transcript: rpc(
    'jobs.transcript',
    z.object({ job_id: z.string(), attempt: z.number().int().optional() }),
    TranscriptView,
  ),
  drafts: rpc(
    'drafts.list',
    z.object({
      category: CategoryName.optional(),
      batch_id: z.string().max(100).optional(),
      cursor: z.string().optional(),
      limit: z.number().int().min(1).max(50).default(20),
    }),
    z.object({
      items: z.array(DraftView),
      next_cursor: z.string().nullable(),
      /** All that wait, whatever was asked for. */
      waiting: z.number().int().default(0),
    }),
  ),
  draft: rpc('drafts.get', DraftRef, DraftView),
  /**
   * Writes it, once however often it is asked. `pointers`: these changes and no others. `overwrite`: also where
   * somebody changed the same fields since; else that is a conflict, and the draft goes on waiting.
   */
  draftApply: rpc(
    'drafts.apply',
    DraftRef.extend({
      pointers: z.array(z.string().max(1000)).min(1).max(1000).optional(),
      overwrite: z.boolean().default(false),
    }),
    EntityWritten,
    20,
  ),
  draftDiscard: rpc('drafts.discard', DraftRef, DraftView),
  /** An edit that waits until a person has looked at it. */
  propose: rpc(
    'drafts.propose',
    z.object({
      category: CategoryName,
      slug: Slug,
      /** A merge patch. */
      patch: EntityData,
      note: z.string().max(500).default(''),
      by: z.string().max(200),
    }),
    DraftView,
  ),
  /** All that wait, those of one category or those of one request; what somebody changed meanwhile goes on waiting. */
  draftsDecide: rpc(
    'drafts.decide',
    z.object({
      decision: z.enum(['apply', 'discard']),
      category: CategoryName.optional(),
      batch_id: z.string().max(100).optional(),
    }),
    DraftsDecided,
    20,
  ),
} as const;
