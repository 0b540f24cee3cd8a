import { expect, test } from 'vitest';
import { decideLlmFailure } from '../../src/index.ts';

const failed = {
  class: 'provider' as const,
  cancelling: false,
  counted: 0,
  inARow: 1,
  retryAfterSeconds: null,
};

test('a permanent failure ends the job, the fifth of the provider does, an interruption never', () => {
  expect(decideLlmFailure({ ...failed, class: 'permanent' })).toMatchObject({
    next: 'failed',
    because: 'permanent',
  });
  expect(decideLlmFailure({ ...failed, counted: 3 })).toMatchObject({ next: 'waiting', counts: true });
  expect(decideLlmFailure({ ...failed, counted: 4 })).toMatchObject({ next: 'failed', because: 'exhausted' });
  expect(decideLlmFailure({ ...failed, class: 'interrupted', counted: 4, inARow: 90 })).toEqual({
    ...{ next: 'waiting', counts: false, delayMs: 30_000 },
  });
  expect(decideLlmFailure({ ...failed, class: 'permanent', cancelling: true })).toEqual({
    next: 'cancelled',
  });
});

test('it waits as long as the provider asks, but an hour at most, and longer with each failure', () => {
  const delay = (counted: number, retryAfterSeconds: number | null): number => {
    const decision = decideLlmFailure({ ...failed, counted, retryAfterSeconds });
    return decision.next === 'waiting' ? decision.delayMs : -1;
  };
  expect(delay(0, 60)).toBe(60_000);
  expect(delay(0, 1e9)).toBe(3_600_000);
  expect([0, 1, 2, 3].map((counted) => delay(counted, null))).toEqual([2000, 4000, 8000, 16_000]);
  expect(delay(0, -5)).toBe(2000);
});
