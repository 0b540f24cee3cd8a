import {
  LegacyGenerateBody,
  LegacyGenerateParams,
  LegacyGenerateReply,
  LegacyJob,
  LegacyJobParams,
  LegacyKeyReply,
  LegacyPresets,
  LegacyQueueStatus,
  catalogRpc,
} from '@gaze/contracts';
import type { JobDetail, RecipeInput } from '@gaze/contracts';
import type { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';

const tags = ['Kept from the original'];

/** The endpoints of the Flask original, whose scripts go on working: same addresses, same shapes. */
export function keptRoutes(app: Api, call: CatalogCall, authenticator: Authenticator): void {
  app.get(
    '/api/v1/presets',
    {
      config: { scope: 'read', kept: true },
      schema: {
        operationId: 'keptPresets',
        summary: 'List all presets',
        tags,
        response: { 200: LegacyPresets },
      },
    },
    () => call(catalogRpc.presetsList, {}),
  );

  app.post(
    '/api/v1/generate/:preset_slug',
    {
      config: { scope: 'generate', kept: true, idempotent: true },
      schema: {
        operationId: 'keptGenerate',
        summary: 'Queue pictures of a preset',
        description: 'The body may be empty; keys that are not known are ignored.',
        tags,
        params: LegacyGenerateParams,
        headers: IdempotencyHeaders,
        body: LegacyGenerateBody,
        response: { 202: LegacyGenerateReply },
      },
    },
    async (request, reply) => {
      const { jobs } = await call(catalogRpc.jobsSubmit, {
        ...keptSubmission(request.params.preset_slug, request.body),
        ...idempotencyOf(request),
      });
      void reply.code(202);
      return { jobs: jobs.map(({ id }) => ({ job_id: id, status: 'queued' as const })) };
    },
  );

  app.get(
    '/api/v1/job/:job_id',
    {
      config: { scope: 'read', kept: true },
      schema: {
        operationId: 'keptJob',
        summary: 'State and result of a job',
        tags,
        params: LegacyJobParams,
        response: { 200: LegacyJob },
      },
    },
    async ({ params }) => keptJob(await call(catalogRpc.jobsGet, params)),
  );

  app.get(
    '/api/queue/:job_id/status',
    {
      config: { scope: 'read', kept: true },
      schema: {
        operationId: 'keptQueueStatus',
        summary: 'State and result of a job, in short',
        tags,
        params: LegacyJobParams,
        response: { 200: LegacyQueueStatus },
      },
    },
    async ({ params }) => {
      const { status, result } = keptJob(await call(catalogRpc.jobsGet, params));
      return { status, result };
    },
  );

  app.post(
    '/api/key/regenerate',
    {
      config: { scope: 'admin', kept: true },
      schema: {
        operationId: 'keptRegenerateKey',
        summary: 'Replace the key named default',
        description:
          'The original had this one key. It may read and generate; its old secret counts no more.',
        tags,
        response: { 200: LegacyKeyReply },
      },
    },
    async () => {
      const { secret } = await call(catalogRpc.keysRegenerate, {
        name: 'default',
        scopes: ['read', 'generate'],
      });
      authenticator.forget();
      return { api_key: secret };
    },
  );
}

function keptSubmission(
  slug: string,
  body: z.output<typeof LegacyGenerateBody>,
): { recipe: RecipeInput; count: number } {
  const { count, ...given } = body ?? {};
  // The original's clients send null for what they leave open.
  const set = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  );
  return {
    recipe: { ...set, owner: { category: 'presets', slug }, preset: slug, cover: 'keep' },
    count: count ?? 1,
  };
}

const statusWords = {
  waiting: 'pending',
  dispatched: 'pending',
  running: 'running',
  cancelling: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'failed',
} as const;

function keptJob(job: JobDetail): z.output<typeof LegacyJob> {
  const first = job.images[0];
  const finished = job.status === 'done' && first !== undefined;
  return {
    id: job.id,
    label: job.label,
    status: statusWords[job.status],
    error: job.status === 'cancelled' ? 'Cancelled' : (job.error?.message ?? null),
    result: finished
      ? {
          image_url: first.url,
          relative_path: first.key,
          images: job.images.map(({ id, url }) => ({ id, url })),
          seed: job.seed,
        }
      : null,
  };
}
