import {
  ModelFileQuerystring,
  ModelFileView,
  ModelPage,
  ModelsQuerystring,
  ModelsRescanned,
  modelsRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Models'];

export function modelRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/models',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listModels',
        summary: 'LoRA or checkpoint files, by name',
        description:
          'What lies in the folders of this machine, what hosts have, and what entries name. `filter` gives the orphans (no entry uses them) or the missing (named, and nowhere).',
        tags,
        querystring: ModelsQuerystring.strict(),
        response: { 200: ModelPage },
      },
    },
    ({ query }) => call(modelsRpc.list, query),
  );

  app.get(
    '/api/v1/models/file',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getModel',
        summary: 'One model file with all that is known of it',
        tags,
        querystring: ModelFileQuerystring.strict(),
        response: { 200: ModelFileView },
      },
    },
    ({ query }) => call(modelsRpc.get, query),
  );

  app.post(
    '/api/v1/models/rescan',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'rescanModels',
        summary: 'Read the folders of model files again',
        tags,
        response: { 200: ModelsRescanned },
      },
    },
    () => call(modelsRpc.rescan, {}),
  );
}
