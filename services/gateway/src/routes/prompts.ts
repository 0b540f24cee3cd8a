import {
  GenerationChoices,
  GenerationDefaults,
  GenerationDefaultsQuerystring,
  PreviewBody,
  PreviewReply,
  catalogRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Prompts'];

export function promptRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/preview_prompt',
    {
      config: { scope: 'read', names: true },
      schema: {
        operationId: 'previewPrompt',
        summary: 'The prompts of a recipe, without rendering it',
        tags,
        body: PreviewBody,
        response: { 200: PreviewReply },
      },
    },
    ({ body }) => call(catalogRpc.previewPrompt, body),
  );

  app.get(
    '/api/v1/generation_defaults',
    {
      config: { scope: 'read', names: true },
      schema: {
        operationId: 'getGenerationDefaults',
        summary: 'Workflow template and checkpoint that a recipe starts from',
        description: 'Of the named checkpoint (path or slug), else of the default one.',
        tags,
        querystring: GenerationDefaultsQuerystring.strict(),
        response: { 200: GenerationDefaults },
      },
    },
    ({ query }) => call(catalogRpc.generationDefaults, query),
  );

  app.get(
    '/api/v1/generation_choices',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getGenerationChoices',
        summary: 'Samplers, schedulers, VAEs and workflow templates to choose from',
        description:
          'What the hosts say they have, each with their names, and the templates of the data folder.',
        tags,
        response: { 200: GenerationChoices },
      },
    },
    () => call(catalogRpc.generationChoices, {}),
  );
}
