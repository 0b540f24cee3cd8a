import {
  TagHits,
  TagSearchQuerystring,
  TagSuggestQuerystring,
  TagValidateBody,
  TagVerdicts,
  tagsRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Tags'];
const reads = { scope: 'read' } as const;

/** The Danbooru tag list, as its MCP tools answer. */
export function tagRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/tags/search',
    {
      config: reads,
      schema: {
        operationId: 'searchTags',
        summary: 'Tags that begin with a text, most used first',
        ...{ tags, querystring: TagSearchQuerystring.strict(), response: { 200: TagHits } },
      },
    },
    ({ query }) => call(tagsRpc.search, query),
  );

  app.get(
    '/api/v1/tags/suggest',
    {
      config: reads,
      schema: {
        operationId: 'suggestTags',
        summary: 'Tags for what somebody is typing',
        description: 'Beginnings of the name, then of any word in it, then slips of the pen.',
        ...{ tags, querystring: TagSuggestQuerystring.strict(), response: { 200: TagHits } },
      },
    },
    ({ query }) => call(tagsRpc.suggest, query),
  );

  app.post(
    '/api/v1/tags/validate',
    {
      config: reads,
      schema: {
        operationId: 'validateTags',
        summary: 'Say of each tag whether the list has it',
        description: 'An alias is answered with its canonical tag, an unknown one with suggestions.',
        ...{ tags, body: TagValidateBody, response: { 200: TagVerdicts } },
      },
    },
    ({ body }) => call(tagsRpc.validate, body),
  );
}
