import {
  IdParams,
  WebhookBody,
  WebhookChangeBody,
  WebhookCreated,
  WebhookDeliveriesReply,
  WebhookTried,
  WebhookView,
  WebhooksReply,
  webhooksRpc,
} from '@gaze/contracts';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Webhooks'];
const at = '/api/v1/webhooks';

export function webhookRoutes(app: Api, call: CatalogCall): void {
  app.get(
    at,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'Addresses that are told of ended jobs and batches',
        tags,
        response: { 200: WebhooksReply },
      },
    },
    () => call(webhooksRpc.list, {}),
  );

  app.post(
    at,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'createWebhook',
        summary: 'Have an address told of ended jobs and batches',
        description:
          'Each delivery is a POST signed by the Standard Webhooks specification (headers webhook-id, webhook-timestamp, ' +
          'webhook-signature). What is not answered with 2xx within 10 s is tried again for a day, with the same id. ' +
          'The secret is in this answer and never again.',
        tags,
        body: WebhookBody,
        response: { 201: WebhookCreated },
      },
    },
    async ({ body }, reply) => {
      const created = await call(webhooksRpc.create, body);
      void reply.code(201);
      return created;
    },
  );

  app.patch(
    `${at}/:id`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'changeWebhook',
        summary: 'Change a webhook, or switch it off and on',
        tags,
        params: IdParams,
        body: WebhookChangeBody,
        response: { 200: WebhookView },
      },
    },
    ({ params, body }) => call(webhooksRpc.change, { ...body, id: params.id }),
  );

  app.delete(
    `${at}/:id`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'removeWebhook',
        summary: 'Remove a webhook and what it was still to be told',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It is gone.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(webhooksRpc.remove, { id: params.id });
      void reply.code(204);
    },
  );

  app.get(
    `${at}/:id/deliveries`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'The latest deliveries of a webhook, newest first',
        tags,
        params: IdParams,
        response: { 200: WebhookDeliveriesReply },
      },
    },
    ({ params }) => call(webhooksRpc.deliveries, { id: params.id }),
  );

  app.post(
    `${at}/:id/test`,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Send a signed test to a webhook now',
        description: 'Says whether the receiver took it; its answer is never shown.',
        tags,
        params: IdParams,
        response: { 200: WebhookTried },
      },
    },
    ({ params }) => call(webhooksRpc.test, { id: params.id }),
  );
}
