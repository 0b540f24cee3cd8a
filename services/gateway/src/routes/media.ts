import { MediaQuerystring, ThumbParams, ThumbQuerystring, thumbWidths } from '@gaze/contracts';
import { contentTypes, sniffImage } from '@gaze/media';
import type { ImageFormat, ObjectStore } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { Api } from '../http/context.ts';
import { pictureKey } from '../media/picture-key.ts';
import { matchesEtag, parseRange } from '../media/range.ts';
import { sendBytes } from '../media/send-bytes.ts';
import type { Thumbs } from '../media/thumbs.ts';

const tags = ['Images'];
const forEver = 'private, max-age=31536000, immutable';
/** Names that GAZE never writes twice: job, attempt and number are in them. */
const writtenOnce = /(^|\/)gen_[^/]+$/;
const magicBytes = 12;

const Binary = (description: string, types: readonly string[]) => ({
  description,
  content: Object.fromEntries(
    types.map((type) => [type, { schema: z.any().meta({ type: 'string', format: 'binary' }) }]),
  ),
});
const Unchanged = z.undefined().meta({ description: 'It is what the sender has already.' });
const pictureTypes = Object.values(contentTypes);

export function mediaRoutes(app: Api, store: ObjectStore): void {
  app.get(
    '/api/v1/media/*',
    {
      config: { scope: 'read', bytes: true },
      schema: {
        operationId: 'getPicture',
        summary: 'The bytes of a picture',
        description: 'By its key. Takes Range and If-None-Match; `download` lets a browser save it.',
        tags,
        params: z.object({
          '*': z.string().meta({ description: 'Key of the picture, as `key` of an image says.' }),
        }),
        querystring: MediaQuerystring.strict(),
        response: {
          200: Binary('The picture.', pictureTypes),
          206: Binary('The asked part of it.', pictureTypes),
          304: Unchanged,
          416: z.undefined().meta({ description: 'The range lies outside the picture.' }),
        },
      },
    },
    async (request, reply) => {
      const key = pictureKey(request.params['*']);
      const info = await store.stat(key);
      void reply
        .header('etag', info.etag)
        .header('last-modified', info.modified.toUTCString())
        .header('accept-ranges', 'bytes')
        .header('cache-control', writtenOnce.test(key) ? forEver : 'private, no-cache');
      if (matchesEtag(request.headers['if-none-match'], info.etag)) return reply.code(304).send();
      const format = await formatOf(store, key);
      void reply
        .type(contentTypes[format])
        .header('content-disposition', disposition(key, request.query.download));
      const ifRange = request.headers['if-range'];
      const range =
        ifRange === undefined || ifRange === info.etag ? parseRange(request.headers.range, info.bytes) : null;
      return sendBytes(reply, store, key, info.bytes, range, request.method === 'HEAD');
    },
  );
}

/** The first bytes decide, whatever the name says: a page named `.png` is no picture. */
async function formatOf(store: ObjectStore, key: string): Promise<ImageFormat> {
  const head = await buffer(await store.get(key, { start: 0, end: magicBytes - 1 }));
  const format = sniffImage(head);
  if (format === null) throw new GazeError('not_found', 'There is no picture at this address.');
  return format;
}

function disposition(key: string, download: string | undefined): string {
  const kind = download === undefined ? 'inline' : 'attachment';
  const name = key.split('/').at(-1) ?? 'picture';
  const plain = name.replace(/[^\w.-]/g, '_');
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}

const thumbFile = new RegExp(`^(${thumbWidths.join('|')})\\.webp$`);

export function thumbRoutes(app: Api, thumbs: Thumbs): void {
  app.get(
    '/api/v1/thumbs/:sha256/:file',
    {
      config: { scope: 'read', bytes: true },
      schema: {
        operationId: 'getThumbnail',
        summary: 'A thumbnail of a picture',
        description: `\`file\` is the width and \`.webp\`; widths are ${thumbWidths.join(', ')}. Addressed by content, so it never changes.`,
        tags,
        params: ThumbParams,
        querystring: ThumbQuerystring.strict(),
        response: { 200: Binary('The thumbnail.', ['image/webp']), 304: Unchanged },
      },
    },
    async (request, reply) => {
      const { sha256, file } = request.params;
      const width = Number(thumbFile.exec(file)?.[1]);
      if (Number.isNaN(width)) {
        throw new GazeError(
          'not_found',
          `There are thumbnails of the widths ${thumbWidths.join(', ')}, such as 384.webp.`,
          { field: 'file' },
        );
      }
      const etag = `"${sha256}-${width}"`;
      void reply.header('etag', etag).header('cache-control', forEver);
      if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
      const key = request.query.key === undefined ? undefined : pictureKey(request.query.key);
      const bytes = await thumbs.get(sha256, width, key);
      return reply.type('image/webp').send(bytes);
    },
  );
}
