import type { LlmFailureClass } from '@gaze/contracts';
import { mostCountedAttempts } from '../jobs/failures.ts';

export interface FailedLlmAttempt {
  class: LlmFailureClass;
  cancelling: boolean;
  /** Counted attempts of the job before this one. */
  counted: number;
  /** Attempts so far, this one among them. */
  inARow: number;
  retryAfterSeconds: number | null;
}

export type LlmFailureDecision =
  | { next: 'cancelled' }
  | { next: 'failed'; counts: boolean; because: 'permanent' | 'exhausted' }
  | { next: 'waiting'; counts: boolean; delayMs: number };

const firstProviderDelayMs = 2000;
const longestProviderDelayMs = 5 * 60_000;
const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A provider may ask for a day; a person looks sooner. */
const longestRetryAfterMs = 60 * 60_000;

/** What becomes of an LLM job whose attempt failed, by the class of the failure. */
export function decideLlmFailure(failed: FailedLlmAttempt): LlmFailureDecision {
  if (failed.cancelling) return { next: 'cancelled' };
  if (failed.class === 'permanent') return { next: 'failed', counts: true, because: 'permanent' };
  const counts = failed.class === 'provider';
  if (counts && failed.counted + 1 >= mostCountedAttempts)
    return { next: 'failed', counts, because: 'exhausted' };
  const asked = Math.min(Math.max(0, failed.retryAfterSeconds ?? 0) * 1000, longestRetryAfterMs);
  const own = counts
    ? grown(firstProviderDelayMs, failed.counted, longestProviderDelayMs)
    : grown(firstDelayMs, failed.inARow - 1, longestDelayMs);
  return { next: 'waiting', counts, delayMs: Math.max(asked, own) };
}

function grown(firstMs: number, times: number, longestMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(0, times), 16), longestMs);
}
