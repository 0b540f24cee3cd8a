import type { WebhookDelivery, WebhookEvent, WebhookView } from '@gaze/contracts';
import { count, moment } from '#lib/format.ts';

/** In the order of the form; each says what a receiver will hear of. */
export const webhookEventWords: readonly { event: WebhookEvent; what: string }[] = [
  { event: 'job.done', what: 'A picture is done' },
  { event: 'job.failed', what: 'A job failed' },
  { event: 'job.cancelled', what: 'A job was cancelled' },
  { event: 'batch.ended', what: 'A whole batch is over' },
];

/** How the deliveries of one webhook go, in a sentence. */
export function webhookState({ enabled, last }: WebhookView, now: Date): string {
  if (!enabled) return 'It is turned off. What ends meanwhile is not told later.';
  if (!last) return 'Nothing was sent yet.';
  if (last.ok) return `The last delivery arrived: ${moment(last.at, now)}.`;
  return `The last delivery failed: ${moment(last.at, now)}. ${last.error ?? ''}`.trim();
}

/**
 * Since when nothing arrives: the time of the oldest delivery that failed after the last one that arrived, out of the
 * latest ones, newest first. Null where none failed since.
 */
export function failingSince(deliveries: readonly WebhookDelivery[]): string | null {
  const arrived = deliveries.findIndex(({ state }) => state === 'delivered');
  const since = arrived === -1 ? deliveries : deliveries.slice(0, arrived);
  return since.findLast(({ error }) => error !== null)?.created_at ?? null;
}

/** What became of one delivery, and when it is tried next. */
export function deliveryState(delivery: WebhookDelivery, isOn: boolean, now: Date): string {
  const { state, attempts, error, next_try_at: next } = delivery;
  const tries = attempts > 1 ? ` after ${count(attempts, 'try', 'tries')}` : '';
  if (state === 'delivered') return `It arrived${tries}.`;
  if (state === 'given_up') return `Given up${tries}. ${error ?? ''}`.trim();
  const wait = !isOn ? 'It waits until the webhook is turned on.' : nextTry(attempts, next, now);
  return error === null ? wait : `${error} ${wait}`;
}

function nextTry(attempts: number, next: string | null, now: Date): string {
  if (attempts === 0 || next === null || Date.parse(next) <= now.getTime()) return 'It is sent next.';
  return `Next try: ${moment(next, now)}.`;
}
