import type { NatsConnection } from '@gaze/runtime';
import { eventually, testLog } from '@gaze/testing';
import { expect, test } from 'vitest';
import { buildBreakers } from '../../../src/hosts/breaker.ts';
import { buildLiveness } from '../../../src/hosts/liveness.ts';
import { statusFeed } from './status-feed.ts';

function scene() {
  let ms = 0;
  const feed = statusFeed();
  const liveness = buildLiveness({
    nc: { status: () => feed.statuses() } as unknown as NatsConnection,
    now: () => ms,
    log: testLog(),
  });
  liveness.start();
  return {
    liveness,
    feed,
    /** Time goes by in steps in which somebody could have been heard. */
    pass(total: number) {
      for (let left = total; left > 0; left -= 1000) {
        ms += 1000;
        liveness.replicaSilentMs('');
      }
    },
    jump: (by: number) => (ms += by),
    [Symbol.dispose]: () => liveness.stop(),
  };
}

test('silence counts from what was heard last, and from the start for who was never heard', () => {
  using on = scene();
  on.pass(5000);
  expect(on.liveness.replicaSilentMs('never')).toBe(5000);
  on.liveness.replicaHeard('x');
  on.pass(3000);
  expect(on.liveness.replicaSilentMs('x')).toBe(3000);
  on.liveness.attemptHeard('job', 1);
  on.pass(2000);
  expect(on.liveness.attemptSilentMs('job', 1)).toBe(2000);
  expect(on.liveness.attemptSilentMs('job', 2)).toBe(10_000);
});

test('our own standstill is nobody’s silence', () => {
  using on = scene();
  on.liveness.replicaHeard('x');
  on.jump(60_000);
  expect(on.liveness.replicaSilentMs('x')).toBe(0);
  on.pass(4000);
  expect(on.liveness.replicaSilentMs('x')).toBe(4000);
});

test('a bus that is away is nobody’s silence, and the count begins at its return', async () => {
  using on = scene();
  on.liveness.replicaHeard('x');
  on.feed.tell('disconnect');
  on.pass(4000);
  await eventually(() => {
    on.pass(1000);
    expect(on.liveness.replicaSilentMs('x')).toBe(0);
  });
  on.feed.tell('reconnect');
  await eventually(() => {
    on.pass(1000);
    expect(on.liveness.replicaSilentMs('x')).toBeGreaterThan(0);
  });
});

test('who left is gone until it is heard again', () => {
  using on = scene();
  on.liveness.replicaHeard('x');
  on.liveness.replicaLeft('x');
  expect(on.liveness.hasLeft('x')).toBe(true);
  on.liveness.replicaHeard('x');
  expect(on.liveness.hasLeft('x')).toBe(false);
  expect(on.liveness.replicas()).toEqual(['x']);
});

test('a breaker opens again by time, stays shut longer each time, and forgets with a success', () => {
  let ms = 0;
  const breakers = buildBreakers(() => ms);
  expect(breakers.closedForMs('a')).toBe(0);
  breakers.failed('a');
  expect(breakers.closedForMs('a')).toBe(5000);
  ms = 5000;
  expect(breakers.closedForMs('a')).toBe(0);
  breakers.failed('a');
  expect(breakers.closedForMs('a')).toBe(10_000);
  breakers.succeeded('a');
  expect(breakers.closedForMs('a')).toBe(0);
});
