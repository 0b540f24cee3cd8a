/** What was measured of one checkpoint on one host, in milliseconds; null: not yet. */
export interface CheckpointTimes {
  loadMs: number | null;
  stepMs: number | null;
}

export interface Timings {
  of: (checkpoint: string) => CheckpointTimes;
  learn: (checkpoint: string, seen: Partial<CheckpointTimes>) => void;
  /** All that is known, for whoever keeps it. */
  all: () => { checkpoint: string; load_ms: number | null; step_ms: number | null }[];
}

/** Weight of the newest measurement: a disk that got slow shows within a few pictures. */
const newest = 0.4;

/** Load and step times per checkpoint, learned from pictures; begins with what was known before. */
export function buildTimings(known: ReturnType<Timings['all']> = []): Timings {
  const times = new Map<string, CheckpointTimes>(
    known.map(({ checkpoint, load_ms, step_ms }) => [checkpoint, { loadMs: load_ms, stepMs: step_ms }]),
  );
  const of = (checkpoint: string): CheckpointTimes => times.get(checkpoint) ?? { loadMs: null, stepMs: null };
  return {
    of,
    learn(checkpoint, seen) {
      const before = of(checkpoint);
      times.set(checkpoint, {
        loadMs: mixed(before.loadMs, seen.loadMs),
        stepMs: mixed(before.stepMs, seen.stepMs),
      });
    },
    all: () =>
      [...times].map(([checkpoint, { loadMs, stepMs }]) => ({
        checkpoint,
        load_ms: loadMs,
        step_ms: stepMs,
      })),
  };
}

function mixed(known: number | null, seen: number | null | undefined): number | null {
  if (seen === null || seen === undefined) return known;
  const value = known === null ? seen : known * (1 - newest) + seen * newest;
  return Math.round(value * 10) / 10;
}
