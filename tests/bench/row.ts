/** One measured promise of speed, as `npm run bench` prints it. */
export interface Row {
  id: string;
  /** What was measured, in words. */
  measured: string;
  /** What it was measured against in the same run. */
  against: string;
  /** The figure that counts: a ratio inside this run wherever there is something to compare with. */
  ratio: number;
  /** The ratio that is promised. */
  goal: number;
  /** Whether less or more is better. */
  better: 'less' | 'more';
  /** Figures of this machine, with their unit in the name. */
  absolute: Record<string, number>;
  note?: string;
}

export const round = (value: number, digits = 3): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** How far a row is from its goal: 1 is on it, above 2 is over twice what is promised. */
export function distance({ ratio, goal, better }: Row): number {
  if (better === 'less') return ratio / goal;
  // Of a share that should be near 1 the missing part counts.
  return goal >= 0.9 && goal < 1 ? (1 - ratio) / (1 - goal) : goal / ratio;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
