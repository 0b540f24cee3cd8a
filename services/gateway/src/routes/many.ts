import {
  BulkBody,
  BulkReply,
  EntityCard,
  GenerateBody,
  GenerateCoversBody,
  GenerateMissingBody,
  GenerateMissingReply,
  LibraryParams,
  MigrateTagsBody,
  MigrateTagsReply,
  PageQuerystring,
  RANDOM,
  catalogRpc,
  categories,
  editingRpc,
  pageOf,
} from '@gaze/contracts';
import type { CategoryName, ItemResult, Recipe } from '@gaze/contracts';
import { fromWireError, toWireError } from '@gaze/runtime';
import type { GazeError } from '@gaze/runtime';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { byOf } from '../http/if-match.ts';
import { toProblem } from '../http/problem.ts';
import { submissionOf } from './generate.ts';

const pageSize = 200;
/** Enough to keep the catalog busy, few enough to leave room for a person who clicks meanwhile. */
const sideBySide = 8;

/** One request for many entities. */
export function manyRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category/bulk',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'changeMany',
        summary: 'Change up to 200 entities at once',
        description:
          'Marks them as favourite or NSFW, or puts them into the trash. Each succeeds or fails on its own.',
        tags: ['Editing'],
        params: LibraryParams,
        body: BulkBody,
        response: { 200: BulkReply },
      },
    },
    async (request) => {
      const { results } = await call(editingRpc.bulk, {
        ...request.params,
        ...request.body,
        ...byOf(request),
      });
      return { results: results.map((result) => itemOf(result, request.id)) };
    },
  );

  app.post(
    '/api/v1/migrate_tags',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'migrateTags',
        summary: 'Rewrite old lists of tags',
        description:
          'As objects with `nsfw`; the words of a list repeat the prompt and go. At most 500 files at once: while `remaining` is more than the problems, ask again.',
        tags: ['Editing'],
        body: MigrateTagsBody,
        response: { 200: MigrateTagsReply },
      },
    },
    async (request) => {
      const { problems, ...rest } = await call(editingRpc.migrateTags, { ...request.body, ...byOf(request) });
      return { ...rest, problems: problems.map((result) => itemOf(result, request.id)) };
    },
  );

  missingRoutes(app, call);
}

function itemOf(
  { problem, ...item }: ItemResult,
  requestId: string,
): z.infer<typeof BulkReply>['results'][number] {
  return { ...item, problem: problem === null ? null : toProblem(problem, requestId) };
}

function missingRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/missing/:category',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listMissing',
        summary: 'List entities without a cover, by name',
        tags: ['Library'],
        params: LibraryParams,
        querystring: PageQuerystring.strict(),
        response: { 200: pageOf(EntityCard) },
      },
    },
    ({ params, query }) => call(catalogRpc.libraryList, { ...params, ...query, ...missing }),
  );

  app.post(
    '/api/v1/library/:category/generate_missing',
    {
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'generateMissing',
        summary: 'Queue a cover for every entity without one',
        description:
          'By name, in the batch lane, each as the category has it, with a random character where it takes one. The picture becomes the cover.',
        tags: ['Jobs'],
        params: LibraryParams,
        headers: IdempotencyHeaders,
        body: GenerateMissingBody.nullish(),
        response: { 202: GenerateMissingReply },
      },
    },
    async (request, reply) => {
      const body = request.body ?? GenerateMissingBody.parse({});
      const { slugs, more } = await missingSlugs(call, request.params.category, body.limit);
      const queued = await queueAll(call, request, request.params.category, slugs, body);
      void reply.code(202);
      return { ...queued, more };
    },
  );

  app.post(
    '/api/v1/library/:category/generate_covers',
    {
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'generateCovers',
        summary: 'Queue a new cover for each of these entities',
        description:
          'As `generate_missing` does, for entities that are named, with a cover or without. All of it is one batch.',
        tags: ['Jobs'],
        params: LibraryParams,
        headers: IdempotencyHeaders,
        body: GenerateCoversBody,
        response: { 202: GenerateMissingReply },
      },
    },
    async (request, reply) => {
      const { slugs, ...body } = request.body;
      const queued = await queueAll(call, request, request.params.category, [...new Set(slugs)], body);
      void reply.code(202);
      return { ...queued, more: false };
    },
  );
}

const missing = { has_cover: false, sort: 'name' } as const;

async function missingSlugs(
  call: CatalogCall,
  category: CategoryName,
  limit: number,
): Promise<{ slugs: string[]; more: boolean }> {
  const slugs: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(catalogRpc.libraryList, {
      ...{ category, ...missing },
      limit: Math.min(pageSize, limit - slugs.length),
      ...(cursor === undefined ? {} : { cursor }),
    });
    slugs.push(...page.items.map(({ slug }) => slug));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && slugs.length < limit);
  return { slugs, more: cursor !== undefined };
}

type Body = Omit<z.output<typeof GenerateCoversBody>, 'slugs'>;
type Outcome = GenerateMissingReply['entries'][number];

async function queueAll(
  call: CatalogCall,
  request: FastifyRequest,
  category: CategoryName,
  slugs: readonly string[],
  body: Body,
): Promise<Omit<GenerateMissingReply, 'more'>> {
  const outcomes: Outcome[] = [];
  const failures: GazeError[] = [];
  const queue = slugs.entries();
  const batch = { id: randomUUID(), label: `Covers of ${categories[category].label.toLowerCase()}` };
  const worker = async (): Promise<void> => {
    for (const [index, slug] of queue) {
      try {
        const submission = {
          ...missingSubmission(category, slug, body),
          ...idempotencyOf(request, slug),
          batch,
        };
        const { batch_id, jobs } = await call(catalogRpc.jobsSubmit, submission);
        outcomes[index] = { slug, batch_id, job_ids: jobs.map(({ id }) => id), problem: null };
      } catch (error) {
        const wire = toWireError(error);
        failures.push(fromWireError(wire));
        outcomes[index] = { slug, batch_id: null, job_ids: [], problem: toProblem(wire, request.id) };
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  const [failure] = failures;
  if (failure !== undefined && failures.length === slugs.length) throw failure;
  return {
    queued: slugs.length - failures.length,
    // Not the id from above: a repeated request answers with the batch of the first one.
    batch_id: outcomes.find((outcome) => outcome.batch_id !== null)?.batch_id ?? null,
    entries: outcomes,
  };
}

/** What the page of an entity would send for its first cover. */
function missingSubmission(
  category: CategoryName,
  slug: string,
  body: Body,
): ReturnType<typeof submissionOf> {
  const parts: Recipe['parts'] = categories[category].generation.randomCharacter
    ? { characters: [{ slug: RANDOM }] }
    : {};
  const { checkpoint, nsfw } = body;
  return submissionOf(
    category,
    slug,
    GenerateBody.parse({
      parts,
      nsfw,
      cover: 'replace',
      lane: 'batch',
      ...(checkpoint === undefined ? {} : { checkpoint }),
    }),
  );
}
