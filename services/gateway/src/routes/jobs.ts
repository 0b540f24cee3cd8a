import {
  CancelBody,
  IdParams,
  JobDetail,
  JobView,
  JobsQuerystring,
  JobsReply,
  SubmitBody,
  SubmitReply,
  catalogRpc,
  pageOf,
} from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { sendSubmitted } from './submitted.ts';

const tags = ['Jobs'];
const at = '/api/v1/jobs';

export function jobRoutes(app: Api, call: CatalogCall): void {
  app.post(
    at,
    {
      config: { scope: 'generate', idempotent: true, names: true },
      schema: {
        operationId: 'submitJobs',
        summary: 'Queue a recipe',
        description:
          '`count` makes as many jobs in one batch. 202 means that they are stored and will not be lost.',
        tags,
        headers: IdempotencyHeaders,
        body: SubmitBody,
        response: { 202: SubmitReply },
      },
    },
    async (request, reply) =>
      sendSubmitted(reply, await call(catalogRpc.jobsSubmit, { ...request.body, ...idempotencyOf(request) })),
  );

  app.get(
    at,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs, newest first',
        tags,
        querystring: JobsQuerystring.strict(),
        response: { 200: pageOf(JobView) },
      },
    },
    ({ query: { status, ...filter } }) =>
      call(catalogRpc.jobsList, {
        ...filter,
        ...(status === undefined ? {} : { status: typeof status === 'string' ? [status] : status }),
      }),
  );

  app.get(
    `${at}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getJob',
        summary: 'One job with its attempts and prompts',
        tags,
        params: IdParams,
        response: { 200: JobDetail },
      },
    },
    ({ params }) => call(catalogRpc.jobsGet, { job_id: params.id }),
  );

  steerRoutes(app, call);
}

function steerRoutes(app: Api, call: CatalogCall): void {
  app.post(
    `${at}/cancel`,
    {
      config: { scope: 'generate' },
      schema: {
        operationId: 'cancelJobs',
        summary: 'Cancel several jobs, a batch, or all that wait',
        description: 'A running job stops at its next step; other jobs on its host are not touched.',
        tags,
        body: CancelBody,
        response: { 200: JobsReply },
      },
    },
    ({ body }) => {
      if (Object.values(body).every((which) => which === undefined || which === false)) {
        throw new GazeError('invalid_input', 'Say which jobs: job_ids, batch_id or all_waiting.', {
          field: 'job_ids',
        });
      }
      return call(catalogRpc.jobsCancel, body);
    },
  );

  app.post(
    `${at}/:id/cancel`,
    {
      config: { scope: 'generate' },
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancel one job',
        description: 'A running job stops at its next step; other jobs on its host are not touched.',
        tags,
        params: IdParams,
        response: { 200: JobsReply },
      },
    },
    ({ params }) => call(catalogRpc.jobsCancel, { job_ids: [params.id] }),
  );

  app.post(
    `${at}/:id/retry`,
    {
      config: { scope: 'generate', conflicts: true },
      schema: {
        operationId: 'retryJob',
        summary: 'Try a failed or cancelled job again',
        tags,
        params: IdParams,
        response: { 200: JobView },
      },
    },
    ({ params }) => call(catalogRpc.jobsRetry, { job_id: params.id }),
  );

  app.post(
    `${at}/:id/front`,
    {
      config: { scope: 'generate', conflicts: true },
      schema: {
        operationId: 'moveJobToFront',
        summary: 'Let a waiting job go next',
        tags,
        params: IdParams,
        response: { 200: JobView },
      },
    },
    ({ params }) => call(catalogRpc.jobsFront, { job_id: params.id }),
  );
}
