import { needOf } from '@gaze/domain';
import { expect, test } from 'vitest';
import type { OpenJob } from '../../../src/scheduler/board.ts';
import { heldBy } from '../../../src/scheduler/board.ts';

const job = (id: string, more: Partial<OpenJob>): OpenJob => ({
  ...{
    id,
    status: 'running',
    lane: 'batch',
    priority: 0,
    createdAtMs: 0,
    need: needOf([]),
    stickyHost: null,
    avoidHosts: [],
    unfitHosts: [],
  },
  ...{
    notBeforeMs: null,
    deadlineMs: 0,
    hostId: 'a',
    dispatch: 1,
    attempt: 1,
    front: false,
    reason: null,
    dispatchedAtMs: 0,
    putBackAtMs: 0,
  },
  ...{ startedAtMs: null, incarnation: null, sequence: null },
  ...more,
});

test('a host works on its first job, then on what was put in front, then on the rest', () => {
  const jobs = [
    job('prefetched', { dispatchedAtMs: 2, startedAtMs: 3 }),
    job('elsewhere', { hostId: 'b' }),
    job('front', { dispatchedAtMs: 9, front: true, lane: 'interactive' }),
    job('first', { dispatchedAtMs: 1, startedAtMs: 2 }),
  ];
  expect(heldBy(jobs, 'a', 0).map(({ id, urgent, startedMs }) => ({ id, urgent, startedMs }))).toEqual([
    { id: 'first', urgent: false, startedMs: 2 },
    { id: 'front', urgent: true, startedMs: null },
    { id: 'prefetched', urgent: false, startedMs: null },
  ]);
  expect(heldBy(jobs, 'none', 0)).toEqual([]);
});

test('a prefetched job began when the one before it ended', () => {
  expect(heldBy([job('next', { dispatchedAtMs: 1, startedAtMs: 2 })], 'a', 500)[0]?.startedMs).toBe(500);
});
