import { ZipQuerystring, galleryRpc } from '@gaze/contracts';
import type { ImageView } from '@gaze/contracts';
import { GazeMediaError, zipStream } from '@gaze/media';
import type { ObjectStore, ZipEntry } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const goneName = 'not included.txt';

export function zipRoutes(app: Api, call: CatalogCall, store: ObjectStore): void {
  app.get(
    '/api/v1/images/zip',
    {
      config: { scope: 'read', bytes: true, names: true },
      schema: {
        operationId: 'downloadImages',
        summary: 'Several pictures as one archive',
        description:
          'A stream: the first bytes come at once, however many pictures there are. Pictures whose files are gone are named in a text file inside.',
        tags: ['Images'],
        querystring: ZipQuerystring.strict(),
        response: {
          200: {
            description: 'The archive.',
            content: { 'application/zip': { schema: z.any().meta({ type: 'string', format: 'binary' }) } },
          },
        },
      },
    },
    async ({ query }, reply) => {
      const ids = typeof query.id === 'string' ? [query.id] : query.id;
      const { images } = await call(galleryRpc.some, { ids });
      if (images.length === 0)
        throw new GazeError('not_found', 'None of these pictures is there any more.', { field: 'id' });
      const name = (query.name ?? 'gaze-pictures').replace(/[^\w.-]/g, '_');
      void reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}.zip"`)
        .header('cache-control', 'private, no-store');
      return reply.send(zipStream(entriesOf(store, images)));
    },
  );
}

/** Each picture under its key; keys are checked paths inside the store, so nothing unpacks outside its folder. */
async function* entriesOf(store: ObjectStore, images: readonly ImageView[]): AsyncGenerator<ZipEntry> {
  const gone: string[] = [];
  for (const { key } of images) {
    const info = await store.stat(key).catch((error: unknown) => {
      if (error instanceof GazeMediaError && error.code === 'not_found') return null;
      throw error;
    });
    if (info === null) gone.push(key);
    else yield { name: key, modified: info.modified, open: () => store.get(key) };
  }
  if (gone.length === 0) return;
  const text = `The files of these pictures are gone:\n${gone.join('\n')}\n`;
  yield {
    name: goneName,
    modified: new Date(),
    open: () => Promise.resolve(Readable.from([Buffer.from(text)])),
  };
}
