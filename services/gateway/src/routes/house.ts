import { ProblemsReply, Settings, SettingsBody, catalogRpc } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

/** Settings, and files with problems. */
export function houseRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/settings',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getSettings',
        summary: 'All settings',
        tags: ['House'],
        response: { 200: Settings },
      },
    },
    () => call(catalogRpc.settingsGet, {}),
  );

  app.patch(
    '/api/v1/settings',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'changeSettings',
        summary: 'Change settings',
        description: 'What is not named stays as it is.',
        tags: ['House'],
        body: SettingsBody,
        response: { 200: Settings },
      },
    },
    ({ body }) => call(catalogRpc.settingsSet, body),
  );

  app.get(
    '/api/v1/problems',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listProblems',
        summary: 'Data files that cannot be used, and why',
        tags: ['House'],
        response: { 200: ProblemsReply },
      },
    },
    () => call(catalogRpc.problemsList, {}),
  );
}
