import {
  BucketsQuerystring,
  BulkFlagsBody,
  EmptyTrashReply,
  GalleryRescan,
  IdParams,
  ImageBuckets,
  ImageIdsBody,
  ImageResults,
  TrashPageQuerystring,
  TrashedImage,
  galleryRpc,
  pageOf,
} from '@gaze/contracts';
import { fromWireError } from '@gaze/runtime';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Images'];
const eachSays = 'At most 200 at once. The answer says for each what became of it.';

/** Many pictures at once: counts by date, marks, trash, and the files behind them. */
export function galleryRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/images/buckets',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'countImages',
        summary: 'How many pictures each month or day has',
        description:
          'Takes the filters of the list. `from` and `to` of a bucket are what the list takes under these names.',
        tags,
        querystring: BucketsQuerystring.strict(),
        response: { 200: ImageBuckets },
      },
    },
    ({ query }) => call(galleryRpc.buckets, query),
  );

  app.post(
    '/api/v1/images/flags',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setManyImageFlags',
        summary: 'Set favourite, NSFW or rating of many pictures',
        description: `What is not named stays as it is. ${eachSays}`,
        tags,
        body: BulkFlagsBody,
        response: { 200: ImageResults },
      },
    },
    ({ body }) => call(galleryRpc.flags, body),
  );

  app.post(
    '/api/v1/images/rescan',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'rescanImages',
        summary: 'Look for pictures that were put into the store, moved or removed by hand',
        tags,
        response: { 200: GalleryRescan },
      },
    },
    () => call(galleryRpc.rescan, {}),
  );
  trashRoutes(app, call);
}

function trashRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/images/trash',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listTrashedImages',
        summary: 'Pictures in the trash, newest first',
        tags,
        querystring: TrashPageQuerystring.strict(),
        response: { 200: pageOf(TrashedImage) },
      },
    },
    ({ query }) => call(galleryRpc.trashed, query),
  );

  for (const [name, operationId, summary] of [
    ['trash', 'trashImages', 'Put pictures into the trash'],
    ['restore', 'restoreImages', 'Bring pictures back from the trash'],
    ['purge', 'purgeImages', 'Remove pictures of the trash for good'],
  ] as const) {
    app.post(
      `/api/v1/images/${name}`,
      {
        config: { scope: 'write' },
        schema: {
          operationId,
          summary,
          description: eachSays,
          tags,
          body: ImageIdsBody,
          response: { 200: ImageResults },
        },
      },
      ({ body }) => call(galleryRpc[name], body),
    );
  }

  app.delete(
    '/api/v1/images/trash',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'emptyImageTrash',
        summary: 'Remove everything in the trash of pictures for good',
        description: 'In portions: ask again while `left` is not 0.',
        tags,
        response: { 200: EmptyTrashReply },
      },
    },
    () => call(galleryRpc.emptyTrash, {}),
  );

  app.delete(
    '/api/v1/images/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'trashImage',
        summary: 'Put a picture into the trash',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It is in the trash.' }) },
      },
    },
    async ({ params }, reply) => {
      const { results } = await call(galleryRpc.trash, { ids: [params.id] });
      const problem = results[0]?.problem;
      if (problem != null) throw fromWireError(problem);
      return reply.code(204).send();
    },
  );
}
