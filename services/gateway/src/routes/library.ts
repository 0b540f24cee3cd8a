import {
  CountsReply,
  EntityCard,
  FacetsReply,
  LibraryParams,
  LibraryQuerystring,
  RescanReply,
  catalogRpc,
  pageOf,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Library'];

export function libraryRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/library',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'countLibrary',
        summary: 'How many entities each category has',
        tags,
        response: { 200: CountsReply },
      },
    },
    () => call(catalogRpc.libraryCounts, {}),
  );

  app.get(
    '/api/v1/library/:category',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLibrary',
        summary: 'List the entities of a category',
        description:
          'In pages: give `next_cursor` back as `cursor`. Favourites come first unless `sort` says otherwise.',
        tags,
        params: LibraryParams,
        querystring: LibraryQuerystring.strict(),
        response: { 200: pageOf(EntityCard) },
      },
    },
    ({ params, query: { tag, ...filter } }) =>
      call(catalogRpc.libraryList, { ...filter, category: params.category, tags: asList(tag) }),
  );

  app.get(
    '/api/v1/facets/:category',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listFacets',
        summary: 'What a category can be filtered by',
        description: 'Values of its tags with how many entities have them, for the `tag` filter of the list.',
        tags,
        params: LibraryParams,
        response: { 200: FacetsReply },
      },
    },
    ({ params }) => call(catalogRpc.libraryFacets, params),
  );

  app.post(
    '/api/v1/library/:category/rescan',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'rescanCategory',
        summary: 'Read the files of a category again',
        tags,
        params: LibraryParams,
        response: { 200: RescanReply },
      },
    },
    ({ params }) => call(catalogRpc.libraryRescan, params),
  );

  app.post(
    '/api/v1/rescan',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'rescanLibrary',
        summary: 'Read the files of every category again',
        tags,
        response: { 200: RescanReply },
      },
    },
    () => call(catalogRpc.libraryRescan, {}),
  );
}

const asList = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
