import { editDistance } from './edit-distance.ts';

export interface Near {
  /** Index into the keys that the finder was built with. */
  at: number;
  distance: number;
}

/** Finds keys that are a slip of the pen away, by the three-letter pieces that they share with it. */
export type NearFinder = (key: string, limit: number) => Near[];

const letters = 39;
const buckets = letters ** 3;
/** A slip touches three pieces, a swap of neighbours four. */
const piecesPerSlip = 4;
const piecesOfTwoSlips = 6;
const shortestForTwo = 9;
const longestKey = 60;
const mostCompared = 6000;

/** Small number for a character: letters, digits, `_`, everything else alike. */
function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  if (code >= 48 && code <= 57) return code - 22;
  return code === 95 ? 36 : 37;
}
const edge = 38;

/** Calls `take` with the bucket of each three-letter piece; the ends count as a letter of their own. */
function eachPiece(key: string, take: (bucket: number) => void): void {
  let first = edge;
  let second = key.length === 0 ? edge : letterOf(key.charCodeAt(0));
  for (let i = 1; i <= key.length; i++) {
    const third = i === key.length ? edge : letterOf(key.charCodeAt(i));
    take((first * letters + second) * letters + third);
    first = second;
    second = third;
  }
}

export function buildNearFinder(keys: readonly string[]): NearFinder {
  const starts = new Int32Array(buckets + 1);
  for (const key of keys) eachPiece(key, (bucket) => (starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1));
  for (let bucket = 0; bucket < buckets; bucket++) {
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
  }
  const places = new Int32Array(starts[buckets] ?? 0);
  const next = starts.slice(0, buckets);
  for (const [at, key] of keys.entries()) {
    eachPiece(key, (bucket) => {
      const place = next[bucket] ?? 0;
      places[place] = at;
      next[bucket] = place + 1;
    });
  }
  const lengths = Uint8Array.from(keys, (key) => Math.min(key.length, 255));
  const shared = new Uint8Array(keys.length);

  /** Keys of about the same length that share at least `atLeast` pieces. */
  function candidates(key: string, slips: number, atLeast: number): number[] {
    const found: number[] = [];
    const touched: number[] = [];
    eachPiece(key, (bucket) => {
      const end = starts[bucket + 1] ?? 0;
      for (let i = starts[bucket] ?? 0; i < end; i++) {
        const at = places[i] ?? 0;
        if (Math.abs((lengths[at] ?? 0) - key.length) > slips) continue;
        const count = (shared[at] ?? 0) + 1;
        shared[at] = count;
        if (count === 1) touched.push(at);
        if (count === atLeast) found.push(at);
      }
    });
    for (const at of touched) shared[at] = 0;
    return found;
  }

  function within(key: string, slips: number, atLeast: number): Near[] {
    const found: Near[] = [];
    for (const at of candidates(key, slips, atLeast).slice(0, mostCompared)) {
      const distance = editDistance(key, keys[at] ?? '', slips);
      if (distance <= slips && distance > 0) found.push({ at, distance });
    }
    return found;
  }

  return (key, limit) => {
    if (key.length < 3 || key.length > longestKey) return [];
    const one = within(key, 1, Math.max(1, key.length - piecesPerSlip));
    if (one.length > 0 || key.length < shortestForTwo) return one.slice(0, limit);
    return within(key, 2, key.length - piecesOfTwoSlips).slice(0, limit);
  };
}
