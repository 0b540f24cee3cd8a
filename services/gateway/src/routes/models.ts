import {
  ModelFileQuerystring,
  ModelFileView,
  ModelFolders,
  ModelFoldersBody,
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
      config: { scope: 'read', names: true },
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

  app.get(
    '/api/v1/models/folders',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getModelFolders',
        summary: 'Where model files lie, and how many',
        tags,
        response: { 200: ModelFolders },
      },
    },
    () => call(modelsRpc.folders, {}),
  );

  app.put(
    '/api/v1/models/folders',
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'setModelFolders',
        summary: 'Say where model files lie',
        description:
          'What is not named stays as it is. A folder that LORA_ROOT or CHECKPOINT_ROOT fixes cannot be changed here. The folders are read again after the answer.',
        tags,
        body: ModelFoldersBody,
        response: { 200: ModelFolders },
      },
    },
    ({ body }) => call(modelsRpc.setFolders, body),
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
