import type {
  WebhookChange,
  WebhookCreated,
  WebhookDeliveriesReply,
  WebhookInput,
  WebhooksReply,
  WebhookTried,
  WebhookView,
} from '@gaze/contracts';
import type { CallOptions, Send } from './request.ts';

/** Addresses that are told of ended jobs and batches. The secret is in `create`'s answer and never again. */
export function buildWebhooks(send: Send) {
  const at = (id: string): string => `/api/v1/webhooks/${encodeURIComponent(id)}`;
  return {
    list: (o?: CallOptions) => send<WebhooksReply>('GET', '/api/v1/webhooks', o),
    create: (webhook: WebhookInput) => send<WebhookCreated>('POST', '/api/v1/webhooks', { body: webhook }),
    change: (id: string, change: WebhookChange) => send<WebhookView>('PATCH', at(id), { body: change }),
    remove: (id: string) => send<undefined>('DELETE', at(id)),
    deliveries: (id: string, o?: CallOptions) =>
      send<WebhookDeliveriesReply>('GET', `${at(id)}/deliveries`, o),
    /** Sends a signed test now and says whether the receiver took it. */
    test: (id: string) => send<WebhookTried>('POST', `${at(id)}/test`),
  };
}
