import { CoverageParams, CoverageQuerystring, CoverageReply, coverageRpc } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

export function coverageRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/coverage/:slug',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getCoverage',
        summary: 'Which combinations of a character have pictures',
        description:
          'Outfits (of the library and of its own wardrobe) by actions, in one scene, in none or wherever: how many pictures each combination has, and the best of them. Combinations without a picture are not in the answer.',
        tags: ['Library'],
        params: CoverageParams,
        querystring: CoverageQuerystring.strict(),
        response: { 200: CoverageReply },
      },
    },
    ({ params, query: { outfit, worn, action, scene, nsfw } }) =>
      call(coverageRpc.get, {
        ...{ slug: params.slug, nsfw },
        outfits: listOf(outfit),
        worn: listOf(worn),
        actions: listOf(action),
        ...(scene === undefined ? {} : { scene: scene === '-' ? null : scene }),
      }),
  );
}

const listOf = (value: string | readonly string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value];
