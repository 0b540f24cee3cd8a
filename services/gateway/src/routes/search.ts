import { SearchQuerystring, SearchResults, searchRpc } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

export function searchRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/search',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'search',
        summary: 'Search entries and pictures',
        description:
          'All words have to be found; each may be the beginning or a part of a word. Counts go up to 1,000. Hits are marked as pieces of text, never as HTML.',
        tags: ['Search'],
        querystring: SearchQuerystring.strict(),
        response: { 200: SearchResults },
      },
    },
    ({ query: { category, ...query } }) =>
      call(searchRpc.query, { ...query, ...(category === 'all' ? {} : { category }) }),
  );
}
