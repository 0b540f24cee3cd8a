import {
  IdParams,
  ImageDetail,
  ImageFlagsBody,
  ImageView,
  ImagesQuerystring,
  catalogRpc,
  pageOf,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

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
}
