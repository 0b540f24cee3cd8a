import { z } from 'zod';
import { rpc } from './rpc.ts';

/** What a webhook can be told. `webhook.test` comes of itself when a person tries one. */
export const webhookEvents = ['job.done', 'job.failed', 'job.cancelled', 'batch.ended'] as const;
export const WebhookEvent = z.enum(webhookEvents);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

export const WebhookUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2000);

export const WebhookDelivery = z
  .object({
    /** Also the header `webhook-id`: the same in every try, so that a receiver can tell a repetition. */
    id: z.string(),
    event: z.string(),
    created_at: z.string(),
    attempts: z.number().int(),
    state: z.enum(['waiting', 'delivered', 'given_up']),
    /** Why the last try failed, as a sentence. */
    error: z.string().nullable(),
    next_try_at: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookView = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(WebhookEvent),
    enabled: z.boolean(),
    created_at: z.string(),
    /** Deliveries that still wait for their turn or for another try. */
    waiting: z.number().int(),
    last: z.object({ at: z.string(), ok: z.boolean(), error: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof WebhookView>;

export const WebhookBody = z
  .strictObject({
    url: WebhookUrl,
    events: z
      .array(WebhookEvent)
      .min(1)
      .max(webhookEvents.length)
      .default([...webhookEvents]),
  })
  .meta({ id: 'NewWebhook' });
export type WebhookInput = z.input<typeof WebhookBody>;

export const WebhookChangeBody = z
  .strictObject({
    url: WebhookUrl.optional(),
    events: z.array(WebhookEvent).min(1).max(webhookEvents.length).optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'WebhookChange' });
export type WebhookChange = z.input<typeof WebhookChangeBody>;

/** The secret is in this answer and never again. */
export const WebhookCreated = z
  .object({ webhook: WebhookView, secret: z.string() })
  .meta({ id: 'WebhookCreated' });
export type WebhookCreated = z.infer<typeof WebhookCreated>;

export const WebhooksReply = z.object({ webhooks: z.array(WebhookView) }).meta({ id: 'Webhooks' });
export type WebhooksReply = z.infer<typeof WebhooksReply>;
export const WebhookDeliveriesReply = z
  .object({ deliveries: z.array(WebhookDelivery) })
  .meta({ id: 'WebhookDeliveries' });
export type WebhookDeliveriesReply = z.infer<typeof WebhookDeliveriesReply>;
export const WebhookTried = z
  .object({ ok: z.boolean(), error: z.string().nullable() })
  .meta({ id: 'WebhookTried' });
export type WebhookTried = z.infer<typeof WebhookTried>;

const Id = z.object({ id: z.string() });

export const webhooksRpc = {
  list: rpc('webhooks.list', z.object({}), WebhooksReply),
  create: rpc('webhooks.create', WebhookBody, WebhookCreated),
  change: rpc('webhooks.change', WebhookChangeBody.extend({ id: z.string() }), WebhookView),
  remove: rpc('webhooks.remove', Id, z.object({})),
  deliveries: rpc('webhooks.deliveries', Id, WebhookDeliveriesReply),
  /** Asks the receiver at once; its time is in the deadline. */
  test: rpc('webhooks.test', Id, WebhookTried, 15),
} as const;
