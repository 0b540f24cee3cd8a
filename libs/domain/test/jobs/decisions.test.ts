import type { JobStatus } from '@gaze/contracts';
import { finalJobStatuses, jobStatuses } from '@gaze/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterCancel,
  breakerMs,
  canMove,
  countsAsAttempt,
  decideFailure,
  mostCountedAttempts,
  openStatuses,
  outstandingStatuses,
  statusesBefore,
} from '../../src/jobs/index.ts';
import type { FailedAttempt } from '../../src/jobs/index.ts';

describe('the moves of a job', () => {
  test('the straight way, the ways back, and the ends', () => {
    const way: JobStatus[] = ['waiting', 'dispatched', 'running', 'done'];
    way.slice(1).forEach((to, i) => expect(canMove(way[i] ?? 'waiting', to)).toBe(true));
    expect(canMove('running', 'waiting')).toBe(true);
    expect(canMove('dispatched', 'waiting')).toBe(true);
    expect(canMove('waiting', 'running'), 'nothing runs that was not dispatched').toBe(false);
    expect(canMove('running', 'cancelled'), 'a host is asked first').toBe(false);
    expect(canMove('cancelling', 'waiting'), 'a cancel is not taken back').toBe(false);
    expect(canMove('cancelling', 'done'), 'a picture that is ready counts').toBe(true);
  });

  test('what is done stays done; what failed or was cancelled can only be retried', () => {
    for (const to of jobStatuses) {
      expect(canMove('done', to)).toBe(false);
      expect(canMove('failed', to)).toBe(to === 'waiting');
      expect(canMove('cancelled', to)).toBe(to === 'waiting');
    }
    expect(statusesBefore('waiting')).toEqual(['dispatched', 'running', 'failed', 'cancelled']);
  });

  test('every open job reaches an end, and a cancel leads to one', () => {
    for (const status of openStatuses) {
      const seen = new Set<JobStatus>([status]);
      for (const from of seen) for (const to of jobStatuses) if (canMove(from, to)) seen.add(to);
      expect(seen).toContain('done');
      const cancelled = afterCancel(status);
      if (cancelled === null) throw new Error(`${status} cannot be cancelled`);
      expect(cancelled === status || canMove(status, cancelled)).toBe(true);
    }
    for (const status of finalJobStatuses) expect(afterCancel(status)).toBeNull();
    expect(outstandingStatuses.every((status) => openStatuses.includes(status))).toBe(true);
  });
});

const plain: FailedAttempt = {
  ...{
    class: 'host',
    code: 'host_failed',
    posted: true,
    adopted: false,
    originCounted: false,
    cancelling: false,
    counted: 0,
    inARow: 1,
    otherHosts: true,
  },
};

describe('what a failure makes of a job', () => {
  test('a fault of the job itself fails it at once', () => {
    expect(decideFailure({ ...plain, class: 'permanent' })).toMatchObject({
      next: 'failed',
      because: 'permanent',
    });
  });

  test('a failing host is closed and taken last; one that refuses is never asked again', () => {
    expect(decideFailure(plain)).toMatchObject({
      next: 'waiting',
      host: 'last',
      opensBreaker: true,
      returns: false,
      delayMs: 0,
      counts: true,
    });
    expect(decideFailure({ ...plain, code: 'workflow_refused', posted: false })).toMatchObject({
      next: 'waiting',
      host: 'never',
      opensBreaker: false,
      counts: false,
    });
    expect(
      decideFailure({ ...plain, code: 'no_host_has_file', posted: false, otherHosts: false }),
    ).toMatchObject({ next: 'failed', because: 'refused_everywhere' });
    expect(
      decideFailure({ ...plain, otherHosts: false }),
      'a host that failed may do it the next time',
    ).toMatchObject({ next: 'waiting' });
  });

  test('what may have happened is asked for at the same host; a full disk pauses the queue and counts nothing', () => {
    expect(decideFailure({ ...plain, class: 'ambiguous' })).toMatchObject({
      next: 'waiting',
      host: 'again',
      returns: true,
      pausesQueue: false,
    });
    expect(decideFailure({ ...plain, class: 'storage', counted: 4 })).toMatchObject({
      next: 'waiting',
      returns: true,
      pausesQueue: true,
      counts: false,
    });
  });

  test('an interruption that nobody asked for runs again, a little later each time', () => {
    const delay = (inARow: number): number => {
      const decision = decideFailure({ ...plain, class: 'interrupted', inARow });
      return decision.next === 'waiting' ? decision.delayMs : -1;
    };
    expect(delay(2)).toBeGreaterThan(delay(1));
    expect(delay(1000)).toBe(30_000);
  });

  test('a cancel under way ends every failure', () => {
    for (const kind of ['permanent', 'host', 'ambiguous', 'storage', 'interrupted'] as const) {
      expect(decideFailure({ ...plain, class: kind, cancelling: true })).toEqual({ next: 'cancelled' });
    }
  });

  test('only what a host had taken counts, and one run on a host counts once', () => {
    const base = {
      class: 'host' as const,
      code: 'host_failed' as const,
      adopted: false,
      originCounted: false,
    };
    expect(countsAsAttempt({ ...base, posted: true })).toBe(true);
    expect(countsAsAttempt({ ...base, posted: false })).toBe(false);
    expect(countsAsAttempt({ ...base, posted: true, adopted: true, originCounted: true })).toBe(false);
    expect(countsAsAttempt({ ...base, posted: true, adopted: true, originCounted: false })).toBe(true);
    expect(countsAsAttempt({ ...base, class: 'storage', posted: true })).toBe(false);
    expect(
      countsAsAttempt({ ...base, code: 'internal', posted: false }),
      'our own fault must not repeat for ever',
    ).toBe(true);
  });

  test('whatever fails again and again and counts ends after five', () => {
    const kind = fc.constantFrom('host' as const, 'ambiguous' as const, 'interrupted' as const);
    fc.assert(
      fc.property(fc.array(kind, { minLength: 5, maxLength: 12 }), (classes) => {
        let counted = 0;
        let tries = 0;
        for (const failure of classes) {
          tries++;
          const decision = decideFailure({ ...plain, class: failure, counted, inARow: tries });
          if (decision.next === 'failed') break;
          if (decision.next === 'waiting') counted += Number(decision.counts);
        }
        expect(tries).toBe(mostCountedAttempts);
      }),
    );
  });

  test('a breaker stays shut longer each time, up to a minute', () => {
    expect([1, 2, 3, 4, 5, 50].map(breakerMs)).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});
