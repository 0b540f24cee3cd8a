import {
  ClearedReply,
  EntityCard,
  EntityParams,
  LibraryParams,
  editingRpc,
  maxUploadBytes,
  uploadTypes,
} from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Editing'];

/** Uploading and clearing covers. Choosing a picture that is there already stands with the entities. */
export function coverRoutes(app: Api, call: CatalogCall, store: ObjectStore): void {
  // Pictures are taken here alone, as streams: every other address takes JSON and nothing else.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser([...uploadTypes], (_request, stream, done) => done(null, stream));
    uploadRoute(scope, call, store);
    await Promise.resolve();
  });

  app.post(
    '/api/v1/library/:category/clear_covers',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'clearCovers',
        summary: 'Take the covers of a whole category away',
        description: 'The pictures stay.',
        tags,
        params: LibraryParams,
        response: { 200: ClearedReply },
      },
    },
    ({ params }) => call(editingRpc.coversClear, params),
  );
}

function uploadRoute(app: Api, call: CatalogCall, store: ObjectStore): void {
  app.post(
    '/api/v1/library/:category/:slug/cover',
    {
      bodyLimit: maxUploadBytes,
      config: { scope: 'write', conflicts: false },
      schema: {
        operationId: 'uploadEntityCover',
        summary: 'Upload a picture as cover',
        description: `The bytes of a PNG, JPEG or WebP picture of at most ${maxUploadBytes / 1024 / 1024} MB, with a Content-Length.`,
        tags,
        consumes: [...uploadTypes],
        params: EntityParams,
        body: z.any().meta({ type: 'string', format: 'binary' }),
        response: { 200: EntityCard },
      },
    },
    async (request) => {
      const key = `.staging/${randomUUID()}`;
      try {
        await store.putStream(key, request.body as Readable, {
          bytes: lengthOf(request),
          contentType: request.headers['content-type'] ?? 'application/octet-stream',
        });
        return await call(editingRpc.coverUpload, { ...request.params, key });
      } catch (error) {
        await store.delete(key).catch(() => undefined);
        throw error;
      }
    },
  );
}

/** Known before the first byte is stored: stores want it, and what is too large is not even begun. */
function lengthOf(request: FastifyRequest): number {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length <= 0)
    throw new GazeError('malformed_request', 'An upload needs a Content-Length and a picture.');
  if (length > maxUploadBytes)
    throw new GazeError(
      'payload_too_large',
      `The picture has ${length} bytes; at most ${maxUploadBytes} are taken.`,
    );
  return length;
}
