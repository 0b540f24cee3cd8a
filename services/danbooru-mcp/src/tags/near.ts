import { editDistance } from './edit-distance.ts';

/** Places in the list of entries that are at most one slip of the pen away, as `editDistance` counts. */
export type NearFinder = (text: string) => number[];

const mostBits = 20;
const base = 0x01000193;
const longest = 60;

/**
 * Finds entries by what two texts have in common when each loses a letter: an addition, a loss, a change and a swap of
 * neighbours all leave such a text. Only its hash is kept, and every candidate is compared in the end.
 */
export function buildNearFinder(entries: readonly string[]): NearFinder {
  // About one shortened text per bucket.
  const letters = entries.reduce((sum, entry) => sum + entry.length + 1, 0);
  const shift = 32 - Math.min(mostBits, Math.ceil(Math.log2(letters + 2)));
  const buckets = 2 ** (32 - shift);
  const starts = new Int32Array(buckets + 1);
  for (const entry of entries)
    eachShortened(entry, shift, (bucket) => (starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1));
  for (let bucket = 0; bucket < buckets; bucket++) {
    starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
  }
  const places = new Int32Array(starts[buckets] ?? 0);
  const next = starts.slice(0, buckets);
  for (const [at, entry] of entries.entries()) {
    eachShortened(entry, shift, (bucket) => {
      const place = next[bucket] ?? 0;
      places[place] = at;
      next[bucket] = place + 1;
    });
  }
  return (text) => {
    const found = new Set<number>();
    const seen = new Set<number>();
    eachShortened(text, shift, (bucket) => {
      for (let i = starts[bucket] ?? 0; i < (starts[bucket + 1] ?? 0); i++) {
        const at = places[i] ?? 0;
        if (seen.has(at)) continue;
        seen.add(at);
        if (editDistance(text, entries[at] ?? '', 1) <= 1) found.add(at);
      }
    });
    return [...found];
  };
}

/** The bucket of the text, and of each text that comes of it by leaving one letter out. */
function eachShortened(text: string, shift: number, take: (bucket: number) => void): void {
  const bucketOf = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> shift;
  const { length } = text;
  if (length < 2 || length > longest) return;
  let whole = 0;
  for (let i = 0; i < length; i++) whole = (Math.imul(whole, base) + text.charCodeAt(i)) | 0;
  take(bucketOf(whole));
  // From the end: what stands behind the gap, and the power that lifts what stands before it.
  let behind = 0;
  let power = 1;
  let front = whole;
  for (let i = length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i);
    front = Math.imul((front - code) | 0, inverse);
    // Of a run of equal letters each leaves the same text.
    if (i === length - 1 || code !== text.charCodeAt(i + 1))
      take(bucketOf((Math.imul(front, power) + behind) | 0));
    behind = (behind + Math.imul(code, power)) | 0;
    power = Math.imul(power, base);
  }
}

/** Inverse of the base modulo 2^32, by Newton's steps: takes the last letter off a hash again. */
const inverse = ((): number => {
  let x = base;
  for (let i = 0; i < 5; i++) x = Math.imul(x, (2 - Math.imul(base, x)) | 0);
  return x;
})();
