export interface Attempts {
  /** Seconds until this sender may try again; 0: now. */
  waitSeconds: (sender: string) => number;
  failed: (sender: string) => void;
  succeeded: (sender: string) => void;
}

const remembered = 10_000;

/**
 * Failures per sender: the first few are free, then the wait doubles with each one up to a quarter of an hour.
 * @param now milliseconds of a monotonic clock
 */
export function buildAttempts(options: { free: number; now?: () => number }): Attempts {
  const { free, now = () => performance.now() } = options;
  const longestSeconds = 900;
  const senders = new Map<string, { failures: number; until: number }>();
  return {
    waitSeconds(sender) {
      const known = senders.get(sender);
      return known === undefined ? 0 : Math.max(0, Math.ceil((known.until - now()) / 1000));
    },
    failed(sender) {
      const failures = (senders.get(sender)?.failures ?? 0) + 1;
      const seconds = failures < free ? 0 : Math.min(2 ** (failures - free), longestSeconds);
      // Taken out first, so that the oldest entry is the one that was quiet for longest.
      senders.delete(sender);
      senders.set(sender, { failures, until: now() + seconds * 1000 });
      const oldest = senders.keys().next().value;
      if (senders.size > remembered && oldest !== undefined) senders.delete(oldest);
    },
    succeeded(sender) {
      senders.delete(sender);
    },
  };
}
