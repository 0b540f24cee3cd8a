import {
  AgainBody,
  IdParams,
  ImageDetail,
  ImageFlagsBody,
  ImageView,
  ImagesQuerystring,
  SubmitReply,
  againRpc,
  catalogRpc,
  pageOf,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { sendSubmitted } from './submitted.ts';

const tags = ['Images'];

export function imageRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/images',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listImages',
        summary: 'List pictures, newest first',
        tags,
        querystring: ImagesQuerystring.strict(),
        response: { 200: pageOf(ImageView) },
      },
    },
    ({ query }) => call(catalogRpc.imagesList, query),
  );

  app.get(
    '/api/v1/images/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getImage',
        summary: 'One picture and how it came to be',
        tags,
        params: IdParams,
        response: { 200: ImageDetail },
      },
    },
    ({ params }) => call(catalogRpc.imagesGet, { image_id: params.id }),
  );

  app.patch(
    '/api/v1/images/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setImageFlags',
        summary: 'Set favourite, NSFW or rating of a picture',
        description: 'What is not named stays as it is.',
        tags,
        params: IdParams,
        body: ImageFlagsBody,
        response: { 200: ImageDetail },
      },
    },
    ({ params, body }) => call(catalogRpc.imagesFlags, { image_id: params.id, ...body }),
  );

  app.post(
    '/api/v1/images/:id/again',
    {
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'makeImageAgain',
        summary: 'Queue a picture once more',
        description:
          'Exactly as it was made, or by the same recipe with its entries as they are today. 202 means that the job is stored and will not be lost.',
        tags,
        params: IdParams,
        headers: IdempotencyHeaders,
        body: AgainBody,
        response: { 202: SubmitReply },
      },
    },
    async (request, reply) =>
      sendSubmitted(
        reply,
        await call(againRpc.again, {
          ...request.body,
          image_id: request.params.id,
          ...idempotencyOf(request),
        }),
      ),
  );
}
