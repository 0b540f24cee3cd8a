import type { WebhookDelivery, WebhookView } from '@gaze/contracts';
import { describe, expect, test } from 'vitest';
import { deliveryState, failingSince, webhookState } from './webhook-words.ts';

const now = new Date('2026-11-25T12:00:00');
const at = (clock: string): string => new Date(`2026-11-25T${clock}:00`).toISOString();
const delivery = (more: Partial<WebhookDelivery>): WebhookDelivery => ({
  id: 'msg_1',
  event: 'job.done',
  created_at: at('11:00'),
  attempts: 1,
  state: 'delivered',
  error: null,
  next_try_at: null,
  ...more,
});
const lost = (clock: string, more: Partial<WebhookDelivery> = {}): WebhookDelivery =>
  delivery({ created_at: at(clock), state: 'waiting', error: 'It answered 500.', ...more });
const webhook: WebhookView = {
  id: 'one',
  url: 'http://127.0.0.1:9000/',
  events: ['job.done'],
  enabled: true,
  created_at: at('10:00'),
  waiting: 0,
  last: null,
};

describe('since when a webhook fails', () => {
  test('is the oldest failure after the last arrival', () => {
    const list = [lost('11:50'), lost('11:40', { state: 'given_up' }), delivery({}), lost('10:00')];
    expect(failingSince(list)).toBe(at('11:40'));
    expect(failingSince([lost('11:50'), lost('11:40')])).toBe(at('11:40'));
  });

  test('is nothing where none failed since', () => {
    expect(failingSince([])).toBeNull();
    expect(failingSince([delivery({}), lost('10:00')])).toBeNull();
    const untried = lost('11:50', { attempts: 0, error: null });
    expect(failingSince([untried])).toBeNull();
  });
});

test('a webhook says how its deliveries go', () => {
  expect(webhookState(webhook, now)).toBe('Nothing was sent yet.');
  const last = { at: at('11:30'), ok: true, error: null };
  expect(webhookState({ ...webhook, last }, now)).toBe('The last delivery arrived: Today, 11:30.');
  const failed = { at: at('11:30'), ok: false, error: 'It answered 500.' };
  expect(webhookState({ ...webhook, last: failed }, now)).toBe(
    'The last delivery failed: Today, 11:30. It answered 500.',
  );
  expect(webhookState({ ...webhook, enabled: false, last }, now)).toMatch(/^It is turned off/);
});

test('a delivery says what became of it and when it is tried next', () => {
  expect(deliveryState(delivery({}), true, now)).toBe('It arrived.');
  expect(deliveryState(delivery({ attempts: 3 }), true, now)).toBe('It arrived after 3 tries.');
  expect(deliveryState(lost('11:00', { state: 'given_up', attempts: 9 }), true, now)).toBe(
    'Given up after 9 tries. It answered 500.',
  );
  const waits = lost('11:00', { next_try_at: at('12:10') });
  expect(deliveryState(waits, true, now)).toBe('It answered 500. Next try: Today, 12:10.');
  expect(deliveryState(waits, false, now)).toMatch(/waits until the webhook is turned on/);
  expect(deliveryState(lost('11:00', { attempts: 0, error: null }), true, now)).toBe('It is sent next.');
});
