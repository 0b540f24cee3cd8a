export interface BackoffOptions {
  firstMs?: number | undefined;
  longestMs?: number | undefined;
  /** 0 to 1; tests give a fixed one. */
  random?: (() => number) | undefined;
}

/** Growing waits with jitter, so that a hundred tabs do not come back in one moment. */
export function buildBackoff(options: BackoffOptions = {}): { next: () => number; reset: () => void } {
  const { firstMs = 500, longestMs = 15_000, random = Math.random } = options;
  let tries = 0;
  return {
    next() {
      const whole = Math.min(firstMs * 2 ** tries, longestMs);
      tries += 1;
      return whole / 2 + (random() * whole) / 2;
    },
    reset() {
      tries = 0;
    },
  };
}
