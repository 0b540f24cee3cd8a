import {
  BulkCreateBody,
  DescribeBody,
  EntityParams,
  IdParams,
  LibraryParams,
  LlmHouse,
  LlmSubmitted,
  RegenerateBody,
  RegenerateManyBody,
  TranscriptQuerystring,
  TranscriptView,
  llmJobsRpc,
  llmWorkerRpc,
  tagsRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { byOf } from '../http/if-match.ts';
import { orNull } from './part-away.ts';
import { sendSubmitted } from './submitted.ts';

const tags = ['Language model'];
const writes = { scope: 'write', idempotent: true } as const;
const headers = IdempotencyHeaders;
const response = { 202: LlmSubmitted };
/** Two thousand file names. */
const filesBytes = 1024 * 1024;

/** Work for the language model: it is queued, and what it brings is written at once or waits for review. */
export function llmRoutes(app: Api, call: CatalogCall): void {
  regenerateRoutes(app, call);
  createRoutes(app, call);
  lookRoutes(app, call);
}

function regenerateRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category/:slug/regenerate_tags',
    {
      config: writes,
      schema: {
        operationId: 'regenerateEntityTags',
        summary: 'Have the tags of one entity written anew',
        description: 'Nothing but its tags changes. 202 means that the job is stored and will not be lost.',
        ...{ tags, params: EntityParams, headers, body: RegenerateBody, response },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(llmJobsRpc.regenerateTags, {
          ...request.params,
          ...request.body,
          ...byOf(request),
          ...idempotencyOf(request),
        }),
      ),
  );

  app.post(
    '/api/v1/library/:category/regenerate_tags',
    {
      config: writes,
      schema: {
        operationId: 'regenerateCategoryTags',
        summary: 'Have the tags of a whole category, or of some entities of it, written anew',
        description: 'One job per entity. The results wait for review unless asked otherwise.',
        ...{ tags, params: LibraryParams, headers, body: RegenerateManyBody, response },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(llmJobsRpc.regenerateTags, {
          ...request.params,
          ...request.body,
          ...byOf(request),
          ...idempotencyOf(request),
        }),
      ),
  );

  app.post(
    '/api/v1/regenerate_tags',
    {
      config: writes,
      schema: {
        operationId: 'regenerateAllTags',
        summary: 'Have the tags of everything written anew',
        description: 'One job per entity. The results wait for review unless asked otherwise.',
        ...{ tags, headers, body: RegenerateBody, response },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(llmJobsRpc.regenerateTags, {
          ...request.body,
          ...byOf(request),
          ...idempotencyOf(request),
        }),
      ),
  );
}

function createRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category/create',
    {
      config: writes,
      schema: {
        operationId: 'describeEntity',
        summary: 'Have an entity made from a description',
        ...{ tags, params: LibraryParams, headers, body: DescribeBody, response },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(llmJobsRpc.create, {
          ...request.params,
          ...request.body,
          ...byOf(request),
          ...idempotencyOf(request),
        }),
      ),
  );

  app.post(
    '/api/v1/library/:category/bulk_create',
    {
      bodyLimit: filesBytes,
      config: writes,
      schema: {
        operationId: 'bulkCreateEntities',
        summary: 'Have entities made for model files',
        description:
          'One job per file; a file never gets two entries. Asked again after anything went wrong, it queues what is still missing.',
        ...{ tags, params: LibraryParams, headers, body: BulkCreateBody, response },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(llmJobsRpc.bulkCreate, {
          ...request.params,
          ...request.body,
          ...byOf(request),
          ...idempotencyOf(request),
        }),
      ),
  );
}

function lookRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/jobs/:id/transcript',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTranscript',
        summary: 'What a job and its language model said to each other',
        description: 'Of the newest attempt that left one. Keys and passwords are not in it.',
        ...{ tags, params: IdParams, querystring: TranscriptQuerystring.strict() },
        response: { 200: TranscriptView },
      },
    },
    ({ params, query }) => call(llmJobsRpc.transcript, { job_id: params.id, ...query }),
  );

  app.get(
    '/api/v1/llm',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getLlm',
        summary: 'The language model, its tool servers and the tag list, and how they are',
        ...{ tags, response: { 200: LlmHouse } },
      },
    },
    async () => {
      const [worker, list] = await Promise.all([
        call(llmWorkerRpc.status, {}).catch(orNull),
        call(tagsRpc.status, {}).catch(orNull),
      ]);
      return { worker, tags: list };
    },
  );
}
