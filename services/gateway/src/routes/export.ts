import { ExportBody, LibraryParams, categories, editingRpc } from '@gaze/contracts';
import type { CategoryName } from '@gaze/contracts';
import { zipStream } from '@gaze/media';
import type { ZipEntry } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const goneName = 'not included.txt';

export function exportRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category/export',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'exportEntities',
        summary: 'The files of several entities as one archive',
        description:
          'Each as it lies on disk, in a folder named like that of the category: unpacked over a data folder, it is in its place. Entities that are gone are named in a text file inside.',
        tags: ['Editing'],
        params: LibraryParams,
        body: ExportBody,
        response: {
          200: {
            description: 'The archive.',
            content: { 'application/zip': { schema: z.any().meta({ type: 'string', format: 'binary' }) } },
          },
        },
      },
    },
    async ({ params: { category }, body }, reply) => {
      const slugs = [...new Set(body.slugs)];
      const first = await firstThere(call, category, slugs);
      void reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="gaze-${category}.zip"`)
        .header('cache-control', 'private, no-store');
      return reply.send(zipStream(entriesOf(call, category, slugs, first)));
    },
  );
}

interface Entry {
  slug: string;
  filename: string;
  text: string;
}

/** Asked before the first byte: an archive of nothing is an error with a status, which a stream cannot give any more. */
async function firstThere(
  call: CatalogCall,
  category: CategoryName,
  slugs: readonly string[],
): Promise<Entry> {
  for (const slug of slugs) {
    const entry = await fileOf(call, category, slug);
    if (entry !== null) return entry;
  }
  throw new GazeError('not_found', 'None of these entries is there any more.', { field: 'slugs' });
}

async function fileOf(call: CatalogCall, category: CategoryName, slug: string): Promise<Entry | null> {
  try {
    const { text, filename } = await call(editingRpc.entityText, { category, slug });
    return { slug, filename, text };
  } catch (error) {
    if (error instanceof GazeError && error.code === 'not_found') return null;
    throw error;
  }
}

async function* entriesOf(
  call: CatalogCall,
  category: CategoryName,
  slugs: readonly string[],
  first: Entry,
): AsyncGenerator<ZipEntry> {
  const { folder } = categories[category];
  const gone: string[] = [];
  const modified = new Date();
  for (const slug of slugs) {
    const entry = slug === first.slug ? first : await fileOf(call, category, slug);
    if (entry === null) gone.push(slug);
    else yield { name: `${folder}/${entry.filename}`, modified, open: () => asStream(entry.text) };
  }
  if (gone.length > 0)
    yield { name: goneName, modified, open: () => asStream(`These entries are gone:\n${gone.join('\n')}\n`) };
}

const asStream = (text: string): Promise<Readable> => Promise.resolve(Readable.from([Buffer.from(text)]));
