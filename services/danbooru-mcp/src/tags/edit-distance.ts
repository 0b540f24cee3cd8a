const longest = 64;
/** Rows are kept between calls: thousands of comparisons answer one question. */
const rows = [new Int32Array(longest + 1), new Int32Array(longest + 1), new Int32Array(longest + 1)] as const;

/**
 * How many letters have to be added, dropped, changed or swapped with their neighbour to turn one word into the
 * other; `limit + 1` as soon as it is more than `limit`. Words over 64 characters count as too far.
 */
export function editDistance(a: string, b: string, limit: number): number {
  const far = limit + 1;
  if (Math.abs(a.length - b.length) > limit || a.length > longest || b.length > longest) return far;
  let [before, above, row] = rows as readonly [Int32Array, Int32Array, Int32Array];
  for (let j = 0; j <= b.length; j++) above[j] = j;
  for (let i = 1; i <= a.length; i++) {
    // Outside of the band around the diagonal every cell is over the limit.
    const from = Math.max(1, i - limit);
    const to = Math.min(b.length, i + limit);
    row[from - 1] = from === 1 ? i : far;
    let best = from === 1 ? i : far;
    for (let j = from; j <= to; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      const up = j === i + limit ? far : (above[j] ?? far);
      let cell = Math.min((above[j - 1] ?? far) + (same ? 0 : 1), up + 1, (row[j - 1] ?? far) + 1);
      const isSwap =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap) cell = Math.min(cell, (before[j - 2] ?? far) + 1);
      row[j] = cell;
      if (cell < best) best = cell;
    }
    if (best > limit) return far;
    [before, above, row] = [above, row, before];
  }
  return Math.min(above[b.length] ?? far, far);
}
