import type {
  BulkCreateInput,
  CategoryName,
  DescribeInput,
  DraftApplyInput,
  DraftView,
  DraftsDecided,
  DraftsDecideInput,
  DraftsPage,
  EntityWritten,
  LlmHouse,
  LlmSubmitted,
  LlmProviderInput,
  LlmProviderView,
  LlmTestInput,
  LlmTestResult,
  McpServersInput,
  McpServersView,
  ProposalInput,
  RegenerateManyInput,
  TagCategory,
  TagHit,
  TagVerdict,
  TranscriptView,
} from '@gaze/contracts';
import type { CallOptions, Send } from './request.ts';

const providerAt = '/api/v1/llm/provider';
const serversAt = '/api/v1/llm/mcp_servers';
const library = (category: CategoryName): string => `/api/v1/library/${category}`;

/** Work for the language model. It is queued as jobs; what they bring is written at once or waits as a draft. */
export function buildLlm(send: Send) {
  return {
    status: (o?: CallOptions) => send<LlmHouse>('GET', '/api/v1/llm', o),
    /** One entity, a category or some of it, or everything. */
    regenerateTags: (
      which: { category?: CategoryName; slug?: string } = {},
      /** `slugs`: of the category, these entities and no others. */
      input: NonNullable<RegenerateManyInput> = {},
      o?: CallOptions,
    ) => send<LlmSubmitted>('POST', regenerateAt(which), { ...o, body: input }),
    create: (category: CategoryName, input: DescribeInput, o?: CallOptions) =>
      send<LlmSubmitted>('POST', `${library(category)}/create`, { ...o, body: input }),
    bulkCreate: (category: CategoryName, input: BulkCreateInput, o?: CallOptions) =>
      send<LlmSubmitted>('POST', `${library(category)}/bulk_create`, { ...o, body: input }),
    provider: (o?: CallOptions) => send<LlmProviderView>('GET', providerAt, o),
    /** The key is written and never read: without one the stored key stays with its server. */
    setProvider: (input: LlmProviderInput) => send<LlmProviderView>('PUT', providerAt, { body: input }),
    forgetProvider: () => send<LlmProviderView>('DELETE', providerAt),
    /** Tries the model in force, or another one before it is kept. A failed try is an answer. May take half a minute. */
    test: (input?: LlmTestInput, o?: CallOptions) =>
      send<LlmTestResult>('POST', `${providerAt}/test`, { ...o, ...(input == null ? {} : { body: input }) }),
    servers: (o?: CallOptions) => send<McpServersView>('GET', serversAt, o),
    setServers: (input: McpServersInput) => send<McpServersView>('PUT', serversAt, { body: input }),
    reconnect: (name: string) =>
      send<undefined>('POST', `${serversAt}/${encodeURIComponent(name)}/reconnect`),
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
        batch_id?: string | undefined;
        cursor?: string | undefined;
        limit?: number | undefined;
      } = {},
      o?: CallOptions,
    ) => send<DraftsPage>('GET', '/api/v1/drafts', { ...o, query: { ...filter } }),
    get: (id: string, o?: CallOptions) => send<DraftView>('GET', at(id), o),
    /** 409 where somebody changed the same fields since; `overwrite` says that the draft counts. */
    apply: (id: string, input: NonNullable<DraftApplyInput> = {}) =>
      send<EntityWritten>('POST', `${at(id)}/apply`, { body: input }),
    discard: (id: string) => send<DraftView>('POST', `${at(id)}/discard`),
    /** An edit of an entry that waits until a person has looked at it. */
    propose: (category: CategoryName, slug: string, input: ProposalInput) =>
      send<DraftView>('POST', `/api/v1/library/${category}/${encodeURIComponent(slug)}/propose`, {
        body: input,
      }),
    /** All that wait, those of a category or those of one request. */
    decide: (input: DraftsDecideInput) =>
      send<DraftsDecided>('POST', '/api/v1/drafts/decide', { body: input }),
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
