import { CompatibilityBody, CompatibilityReply, compatibilityRpc } from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

export function compatibilityRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/compatibility',
    {
      config: { scope: 'read', names: true },
      schema: {
        operationId: 'judgeRecipe',
        summary: 'Whether the files of a recipe go together, and where they can be rendered',
        description:
          'Base models of the checkpoint and the LoRAs, their summed strength, clashes of triggers, which hosts hold every file, and what it costs to load them. Nothing is queued.',
        tags: ['Prompts'],
        body: CompatibilityBody,
        response: { 200: CompatibilityReply },
      },
    },
    ({ body }) => call(compatibilityRpc.of, body),
  );
}
