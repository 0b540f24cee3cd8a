import {
  BestWeightBody,
  EntityParams,
  EntityWritten,
  SweepBody,
  SweepStarted,
  SweepsReply,
  strengthsRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { byOf, ifMatchOf, withEtag } from '../http/if-match.ts';
import { submissionOf } from './generate.ts';

const tags = ['Strengths'];
const at = '/api/v1/library/:category/:slug/strengths';

/** Sweeps of the weight of an entity's LoRA. */
export function strengthRoutes(app: Api, call: CatalogCall): void {
  app.get(
    at,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listSweeps',
        summary: 'The sweeps of an entity, newest first, with their pictures by weight',
        tags,
        params: EntityParams,
        response: { 200: SweepsReply },
      },
    },
    ({ params }) => call(strengthsRpc.list, params),
  );

  app.post(
    at,
    {
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'startSweep',
        summary: 'Render an entity at several weights of its LoRA',
        description:
          'One batch in the lane `batch`. Everything is drawn once: the pictures share seed and words and differ in the weight alone.',
        tags,
        params: EntityParams,
        headers: IdempotencyHeaders,
        body: SweepBody,
        response: { 202: SweepStarted },
      },
    },
    async (request, reply) => {
      const { category, slug } = request.params;
      const { from, to, step, ...rest } = request.body;
      const { recipe } = submissionOf(category, slug, { ...rest, count: 1, lane: 'batch', cover: 'keep' });
      const started = await call(strengthsRpc.start, {
        ...{ category, slug, recipe, from, to, step },
        ...idempotencyOf(request),
      });
      void reply.code(202);
      return started;
    },
  );

  app.put(
    `${at}/best`,
    {
      config: { scope: 'write', conflicts: true },
      schema: {
        operationId: 'saveBestWeight',
        summary: 'Save the weight that was best, or the span from which it is drawn',
        description:
          'Written into the LoRA block of its file. If-Match may name the version it was decided on.',
        tags,
        params: EntityParams,
        body: BestWeightBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(strengthsRpc.best, {
          ...request.params,
          ...byOf(request),
          ...ifMatchOf(request, 'optional'),
          best: request.body,
        }),
      ),
  );
}
