/** Keeps the smallest numbers of those that it is given, each once. Ranks: 0 is the most used tag. */
export interface TopRanks {
  add: (rank: number) => void;
  /** No rank from this one on can still get in. */
  bar: () => number;
  /** Ascending. */
  ranks: () => number[];
}

export function topRanks(limit: number): TopRanks {
  const kept: number[] = [];
  return {
    add(rank) {
      const last = kept.at(-1);
      if (kept.length >= limit && last !== undefined && rank >= last) return;
      let at = kept.length;
      while (at > 0 && (kept[at - 1] ?? 0) > rank) at--;
      if (kept[at - 1] === rank) return;
      kept.splice(at, 0, rank);
      if (kept.length > limit) kept.pop();
    },
    bar: () => (kept.length < limit ? Infinity : (kept.at(-1) ?? Infinity)),
    ranks: () => kept,
  };
}
