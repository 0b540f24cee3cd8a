const firstMs = 10_000;
const longestMs = 6 * 60 * 60_000;
const keptMs = 24 * 60 * 60_000;

/**
 * When a delivery that failed is tried again.
 *
 * @param attempts tries so far, at least one
 * @param ageMs milliseconds since the delivery was due for the first time
 * @returns milliseconds to wait; null: a day is over, it is given up
 */
export function retryAfterMs(attempts: number, ageMs: number): number | null {
  if (ageMs >= keptMs) return null;
  return Math.min(firstMs * 3 ** (attempts - 1), longestMs);
}
