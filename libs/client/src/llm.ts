import type {
  BulkCreateInput,
  CategoryName,
  DescribeInput,
  DraftApplyInput,
  DraftView,
  EntityWritten,
  LlmHouse,
  LlmSubmitted,
  RegenerateInput,
  TagCategory,
  TagHit,
  TagVerdict,
  TranscriptView,
} from '@gaze/contracts';
import type { Page } from './filters.ts';
import type { CallOptions, Send } from './request.ts';

const library = (category: CategoryName): string => `/api/v1/library/${category}`;

/** Work for the language model. It is queued as jobs; what they bring is written at once or waits as a draft. */
export function buildLlm(send: Send) {
  return {
    status: (o?: CallOptions) => send<LlmHouse>('GET', '/api/v1/llm', o),
    /** One entity, a category, or everything. */
    regenerateTags: (
      which: { category?: CategoryName; slug?: string } = {},
      input: NonNullable<RegenerateInput> = {},
      o?: CallOptions,
    ) => send<LlmSubmitted>('POST', regenerateAt(which), { ...o, body: input }),
    create: (category: CategoryName, input: DescribeInput, o?: CallOptions) =>
      send<LlmSubmitted>('POST', `${library(category)}/create`, { ...o, body: input }),
    bulkCreate: (category: CategoryName, input: BulkCreateInput, o?: CallOptions) =>
      send<LlmSubmitted>('POST', `${library(category)}/bulk_create`, { ...o, body: input }),
    /** Of the newest attempt that left one. */
    transcript: (jobId: string, attempt?: number, o?: CallOptions) =>
      send<TranscriptView>('GET', `/api/v1/jobs/${encodeURIComponent(jobId)}/transcript`, {
        ...o,
        query: { attempt },
      }),
  };
}

function regenerateAt({ category, slug }: { category?: CategoryName; slug?: string }): string {
  if (category === undefined) return '/api/v1/regenerate_tags';
  const entity = slug === undefined ? '' : `/${encodeURIComponent(slug)}`;
  return `${library(category)}${entity}/regenerate_tags`;
}

/** Results that wait for review. A draft has the id of its job. */
export function buildDrafts(send: Send) {
  const at = (id: string): string => `/api/v1/drafts/${encodeURIComponent(id)}`;
  return {
    list: (
      filter: {
        category?: CategoryName | undefined;
        cursor?: string | undefined;
        limit?: number | undefined;
      } = {},
      o?: CallOptions,
    ) => send<Page<DraftView>>('GET', '/api/v1/drafts', { ...o, query: { ...filter } }),
    get: (id: string, o?: CallOptions) => send<DraftView>('GET', at(id), o),
    /** 409 where somebody changed the same fields since; `overwrite` says that the draft counts. */
    apply: (id: string, input: NonNullable<DraftApplyInput> = {}) =>
      send<EntityWritten>('POST', `${at(id)}/apply`, { body: input }),
    discard: (id: string) => send<DraftView>('POST', `${at(id)}/discard`),
  };
}

interface TagOptions {
  limit?: number | undefined;
  category?: TagCategory | undefined;
}

/** The Danbooru tag list. */
export function buildTags(send: Send) {
  return {
    search: (query: string, filter: TagOptions = {}, o?: CallOptions) =>
      send<{ tags: TagHit[] }>('GET', '/api/v1/tags/search', { ...o, query: { query, ...filter } }),
    /** For completion while somebody types. */
    suggest: (partial: string, filter: TagOptions = {}, o?: CallOptions) =>
      send<{ tags: TagHit[] }>('GET', '/api/v1/tags/suggest', { ...o, query: { partial, ...filter } }),
    validate: (tags: readonly string[], o?: CallOptions) =>
      send<{ results: TagVerdict[] }>('POST', '/api/v1/tags/validate', { ...o, body: { tags } }),
  };
}
