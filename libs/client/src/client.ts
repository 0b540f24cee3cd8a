import type {
  ApiKeyView,
  BatchesReply,
  BatchView,
  CategoryName,
  CompatibilityReply,
  CountsReply,
  CoverageReply,
  EntityCard,
  EntityDetail,
  FacetsReply,
  GenerateInput,
  GenerationChoices,
  GenerationDefaults,
  JobDetail,
  JobView,
  KeyCreated,
  PageState,
  PreviewReply,
  ProblemFile,
  QueueView,
  RecipeInput,
  RescanResult,
  Scope,
  Settings,
  SubmitInput,
  SubmitReply,
} from '@gaze/contracts';
import { buildEditing, buildOutfits } from './editing.ts';
import type { CoverageAxes, JobFilter, LibraryFilter, Page } from './filters.ts';
import { buildHosts, buildSession, buildStrengths } from './house.ts';
import { buildDrafts, buildLlm, buildTags } from './llm.ts';
import { buildImages, buildModels, buildSearch } from './pictures.ts';
import type { CallOptions, ClientOptions, Query, Send } from './request.ts';
import { buildSend } from './request.ts';
import { buildUpkeep } from './upkeep.ts';
import { buildWebhooks } from './webhooks.ts';

export type Client = ReturnType<typeof buildClient>;

/**
 * A typed client of `/api/v1`, a method per address, grouped as the API is.
 * Every method throws ApiError with the server's problem document.
 */
export function buildClient(options: ClientOptions) {
  const send = buildSend(options);
  return {
    library: buildLibrary(send),
    entities: buildEntities(send),
    editing: buildEditing(send),
    outfits: buildOutfits(send),
    prompts: buildPrompts(send),
    jobs: buildJobs(send),
    batches: buildBatches(send),
    queues: buildQueues(send),
    images: buildImages(send, options.baseUrl),
    models: buildModels(send),
    search: buildSearch(send),
    hosts: buildHosts(send),
    settings: {
      get: (o?: CallOptions) => send<Settings>('GET', '/api/v1/settings', o),
      set: (patch: Partial<Settings>) => send<Settings>('PATCH', '/api/v1/settings', { body: patch }),
    },
    llm: buildLlm(send),
    drafts: buildDrafts(send),
    tags: buildTags(send),
    keys: buildKeys(send),
    webhooks: buildWebhooks(send),
    problems: { list: (o?: CallOptions) => send<{ problems: ProblemFile[] }>('GET', '/api/v1/problems', o) },
    session: buildSession(send),
    strengths: buildStrengths(send),
    upkeep: buildUpkeep(send, options.baseUrl),
  };
}

const asQuery = (filter: object | undefined): Query => ({ ...filter });

function buildLibrary(send: Send) {
  return {
    list: (category: CategoryName, filter?: LibraryFilter, o?: CallOptions) =>
      send<Page<EntityCard>>('GET', `/api/v1/library/${category}`, { ...o, query: asQuery(filter) }),
    facets: (category: CategoryName, o?: CallOptions) =>
      send<FacetsReply>('GET', `/api/v1/facets/${category}`, o),
    counts: (o?: CallOptions) => send<CountsReply>('GET', '/api/v1/library', o),
    /** Which combinations of a character have pictures: up to 24 outfits, 24 worn ones and 24 actions. */
    coverage: (character: string, axes: CoverageAxes, o?: CallOptions) =>
      send<CoverageReply>('GET', `/api/v1/coverage/${encodeURIComponent(character)}`, {
        ...o,
        query: asQuery(axes),
      }),
    /** Reads the files of one category, or of all, again. May take a minute. */
    rescan: (category?: CategoryName) =>
      send<{ results: RescanResult[] }>(
        'POST',
        category === undefined ? '/api/v1/rescan' : `/api/v1/library/${category}/rescan`,
      ),
  };
}

function buildEntities(send: Send) {
  const at = (category: CategoryName, slug: string): string =>
    `/api/v1/library/${category}/${encodeURIComponent(slug)}`;
  return {
    get: (category: CategoryName, slug: string, o?: CallOptions) =>
      send<EntityDetail>('GET', at(category, slug), o),
    favourite: (category: CategoryName, slug: string, favourite: boolean) =>
      send<EntityCard>('PUT', `${at(category, slug)}/favourite`, { body: { favourite } }),
    /** Saves which fields enter the prompt when nobody says otherwise. */
    saveDefaults: (category: CategoryName, slug: string, fields: readonly string[]) =>
      send<EntityCard>('PUT', `${at(category, slug)}/defaults`, { body: { fields } }),
    state: (category: CategoryName, slug: string, o?: CallOptions) =>
      send<PageState>('GET', `${at(category, slug)}/state`, o),
    saveState: (category: CategoryName, slug: string, state: PageState, o?: CallOptions) =>
      send<PageState>('PUT', `${at(category, slug)}/state`, { ...o, body: state }),
    wearOutfit: (category: CategoryName, slug: string, outfit: string) =>
      send<EntityCard>('PUT', `${at(category, slug)}/outfit`, { body: { outfit } }),
    setCover: (category: CategoryName, slug: string, imageId: string) =>
      send<EntityCard>('PUT', `${at(category, slug)}/cover`, { body: { image_id: imageId } }),
    clearCover: (category: CategoryName, slug: string) =>
      send<EntityCard>('DELETE', `${at(category, slug)}/cover`),
    generate: (category: CategoryName, slug: string, input: GenerateInput = {}, o?: CallOptions) =>
      send<SubmitReply>('POST', `${at(category, slug)}/generate`, { ...o, body: input }),
  };
}

function buildPrompts(send: Send) {
  return {
    preview: (recipe: RecipeInput, o?: CallOptions) =>
      send<PreviewReply>('POST', '/api/v1/preview_prompt', { ...o, body: { recipe } }),
    /** Whether the recipe's files go together, which hosts have them, and what loading them costs. */
    compatibility: (recipe: RecipeInput, o?: CallOptions) =>
      send<CompatibilityReply>('POST', '/api/v1/compatibility', { ...o, body: { recipe } }),
    /** What a prompt needs besides the entities: template and checkpoint, the default one where none is named. */
    defaults: (checkpoint?: string, o?: CallOptions) =>
      send<GenerationDefaults>('GET', '/api/v1/generation_defaults', { ...o, query: { checkpoint } }),
    /** What a checkpoint's fields can be set to. */
    choices: (o?: CallOptions) => send<GenerationChoices>('GET', '/api/v1/generation_choices', o),
  };
}

function buildJobs(send: Send) {
  const at = (id: string): string => `/api/v1/jobs/${encodeURIComponent(id)}`;
  return {
    submit: (input: SubmitInput, o?: CallOptions) =>
      send<SubmitReply>('POST', '/api/v1/jobs', { ...o, body: input }),
    list: (filter?: JobFilter, o?: CallOptions) =>
      send<Page<JobView>>('GET', '/api/v1/jobs', { ...o, query: asQuery(filter) }),
    get: (id: string, o?: CallOptions) => send<JobDetail>('GET', at(id), o),
    cancel: (id: string) => send<{ jobs: JobView[] }>('POST', `${at(id)}/cancel`),
    cancelMany: (which: { job_ids?: string[]; batch_id?: string; all_waiting?: boolean }) =>
      send<{ jobs: JobView[] }>('POST', '/api/v1/jobs/cancel', { body: which }),
    retry: (id: string) => send<JobView>('POST', `${at(id)}/retry`),
    toFront: (id: string) => send<JobView>('POST', `${at(id)}/front`),
  };
}

function buildBatches(send: Send) {
  return {
    /** With a label, all of it is one batch of that name. */
    submit: (entries: readonly SubmitInput[], { label, ...o }: CallOptions & { label?: string } = {}) =>
      send<BatchesReply>('POST', '/api/v1/batches', { ...o, body: { entries, label } }),
    get: (id: string, o?: CallOptions) =>
      send<BatchView>('GET', `/api/v1/batches/${encodeURIComponent(id)}`, o),
  };
}

function buildQueues(send: Send) {
  const pause = (kind: QueueView['kind'], paused: boolean) =>
    send<QueueView>('PUT', `/api/v1/queues/${kind}`, { body: { paused } });
  return {
    list: (o?: CallOptions) => send<{ queues: QueueView[] }>('GET', '/api/v1/queues', o),
    pause: (kind: QueueView['kind']) => pause(kind, true),
    resume: (kind: QueueView['kind']) => pause(kind, false),
  };
}

function buildKeys(send: Send) {
  return {
    list: (o?: CallOptions) => send<{ keys: ApiKeyView[] }>('GET', '/api/v1/keys', o),
    /** The secret is in this answer and never again. */
    create: (key: { name: string; scopes: Scope[] }) =>
      send<KeyCreated>('POST', '/api/v1/keys', { body: key }),
    revoke: (id: string) => send<undefined>('DELETE', `/api/v1/keys/${encodeURIComponent(id)}`),
  };
}
