import type { ErrorCode, FailureClass } from '@gaze/contracts';

/** Attempts that count before a job fails for good. */
export const mostCountedAttempts = 5;

export interface FailedAttempt {
  class: FailureClass;
  code: ErrorCode;
  /** The host had taken its prompt. */
  posted: boolean;
  /** It had taken over the prompt of an earlier attempt. */
  adopted: boolean;
  /** That earlier attempt was counted already: one run on a host counts once. */
  originCounted: boolean;
  /** A cancel is under way. */
  cancelling: boolean;
  /** Counted attempts of the job before this one. */
  counted: number;
  /** Failures in a row, this one among them, whether they count or not. */
  inARow: number;
  /** Some other enabled host may still do the job. */
  otherHosts: boolean;
}

export type FailureDecision =
  | { next: 'cancelled' }
  | { next: 'failed'; counts: boolean; because: 'permanent' | 'refused_everywhere' | 'exhausted' }
  | {
      next: 'waiting';
      counts: boolean;
      /** What the job thinks of the host from now on: takes it again, takes it last, or never takes it. */
      host: 'again' | 'last' | 'never';
      /** It goes back to the same host first, which may still hold its prompt or picture. */
      returns: boolean;
      /** The host gets no work for a moment. */
      opensBreaker: boolean;
      /** Nothing is placed until the picture store works again. */
      pausesQueue: boolean;
      delayMs: number;
    };

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** Codes with which a host says that it cannot do this work at all; another one may. */
const refusals: readonly ErrorCode[] = ['workflow_refused', 'no_host_has_file'];

/** What becomes of a job whose attempt failed, by the class of the failure. */
export function decideFailure(failed: FailedAttempt): FailureDecision {
  if (failed.cancelling) return { next: 'cancelled' };
  const counts = countsAsAttempt(failed);
  if (failed.class === 'permanent') return { next: 'failed', counts, because: 'permanent' };
  if (counts && failed.counted + 1 >= mostCountedAttempts)
    return { next: 'failed', counts, because: 'exhausted' };
  const refused = failed.class === 'host' && refusals.includes(failed.code);
  if (refused && !failed.otherHosts) return { next: 'failed', counts, because: 'refused_everywhere' };
  return {
    next: 'waiting',
    counts,
    host: failed.class !== 'host' ? 'again' : refused ? 'never' : 'last',
    returns: failed.class === 'ambiguous' || failed.class === 'storage',
    opensBreaker: failed.class === 'host' && !refused,
    pausesQueue: failed.class === 'storage',
    // A host that failed is shut by its breaker; waiting on top would only keep the job from the healthy ones.
    delayMs:
      failed.class === 'ambiguous' || failed.class === 'interrupted'
        ? Math.min(firstDelayMs * 2 ** Math.min(failed.inARow - 1, 16), longestDelayMs)
        : 0,
  };
}

/** Whether a failed attempt is one of the five. Services that cannot be reached are nobody's fault. */
export function countsAsAttempt(
  failed: Pick<FailedAttempt, 'class' | 'code' | 'posted' | 'adopted' | 'originCounted'>,
): boolean {
  if (failed.class === 'storage') return false;
  if (failed.adopted) return !failed.originCounted;
  // A fault of our own before the post would else repeat for ever.
  return failed.posted || failed.code === 'internal';
}

/** Milliseconds that a host gets no work after so many failures in a row. */
export function breakerMs(failuresInARow: number): number {
  return Math.min(5000 * 2 ** Math.min(failuresInARow - 1, 8), 60_000);
}
