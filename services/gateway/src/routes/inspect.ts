import { InspectedPicture, maxUploadBytes, uploadTypes } from '@gaze/contracts';
import { readImageHeader, readOrigin, readPngText, recipeOf } from '@gaze/media';
import { GazeError } from '@gaze/runtime';
import { z } from 'zod';
import type { Api } from '../http/context.ts';

/** Reading what a picture says of itself. It is looked at in memory and never stored. */
export function inspectRoutes(app: Api): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [...uploadTypes],
      { parseAs: 'buffer', bodyLimit: maxUploadBytes },
      (_request, body, done) => done(null, body),
    );
    scope.addContentTypeParser('*', (_request, _stream, done) =>
      done(
        new GazeError(
          'unsupported_media_type',
          'Send the picture itself, as image/png, image/jpeg or image/webp.',
        ),
      ),
    );
    inspectRoute(scope);
    await Promise.resolve();
  });
}

function inspectRoute(app: Api): void {
  app.post(
    '/api/v1/images/inspect',
    {
      bodyLimit: maxUploadBytes,
      config: { scope: 'read' },
      schema: {
        operationId: 'inspectPicture',
        summary: 'What a picture says of how it was made',
        description: `The bytes of a picture of at most ${maxUploadBytes / 1024 / 1024} MB: one of GAZE, of ComfyUI or of a program of the A1111 family. Nothing is stored.`,
        tags: ['Images'],
        consumes: [...uploadTypes],
        body: z.any().meta({ type: 'string', format: 'binary' }),
        response: { 200: InspectedPicture },
      },
    },
    async ({ body }) => {
      const bytes: unknown = body;
      if (!Buffer.isBuffer(bytes) || bytes.length === 0)
        throw new GazeError('malformed_request', 'Send the bytes of a picture as the body.');
      const { format, width, height } = await readImageHeader(bytes);
      const origin = readOrigin(format === 'png' ? readPngText(bytes) : {});
      return { format, width, height, ...origin, ...recipeOf(origin) };
    },
  );
}
