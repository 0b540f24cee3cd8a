import { IdParams, KeyBody, KeyCreated, KeysReply, catalogRpc } from '@gaze/contracts';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticate.ts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Keys'];

export function keyRoutes(app: Api, call: CatalogCall, authenticator: Authenticator): void {
  app.get(
    '/api/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listKeys',
        summary: 'The API keys, without their secrets',
        tags,
        response: { 200: KeysReply },
      },
    },
    () => call(catalogRpc.keysList, {}),
  );

  app.post(
    '/api/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'createKey',
        summary: 'Make an API key',
        description: 'The secret is in this answer and never again.',
        tags,
        body: KeyBody,
        response: { 201: KeyCreated },
      },
    },
    async ({ body }, reply) => {
      const created = await call(catalogRpc.keysCreate, body);
      void reply.code(201);
      return created;
    },
  );

  app.delete(
    '/api/v1/keys/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It counts no more.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(catalogRpc.keysRevoke, { id: params.id });
      authenticator.forget();
      void reply.code(204);
    },
  );
}
