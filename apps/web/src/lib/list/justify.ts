/** One picture in a justified row. */
export interface Tile {
  index: number;
  x: number;
  width: number;
}

export interface Row {
  y: number;
  height: number;
  tiles: readonly Tile[];
}

export interface JustifyOptions {
  width: number;
  /** Height that rows come near to. */
  target: number;
  gap: number;
}

/** A ratio beyond these would leave a row of a thread or a wall. */
const narrowest = 0.3;
const widest = 3.5;

/**
 * Lays pictures of the given ratios (width by height) into rows that fill the width without cutting anything. The last
 * row keeps the target height unless it is nearly full. Gives the rows and the height of all with the gaps between.
 */
export function justify(ratios: readonly number[], options: JustifyOptions): { rows: Row[]; height: number } {
  const rows: Row[] = [];
  let y = 0;
  let start = 0;
  let sum = 0;
  for (let i = 0; i < ratios.length; i++) {
    sum += clamp(ratios[i] ?? 1);
    const isLast = i === ratios.length - 1;
    if (!isLast && heightOf(sum, i - start + 1, options) > options.target) continue;
    const row = layRow(ratios, start, i, sum, y, isLast, options);
    rows.push(row);
    y += row.height + options.gap;
    start = i + 1;
    sum = 0;
  }
  return { rows, height: Math.max(0, y - options.gap) };
}

function layRow(
  ratios: readonly number[],
  start: number,
  end: number,
  sum: number,
  y: number,
  isLast: boolean,
  options: JustifyOptions,
): Row {
  const full = heightOf(sum, end - start + 1, options);
  const height = isLast && full > options.target * 1.25 ? options.target : full;
  const tiles: Tile[] = [];
  let x = 0;
  for (let index = start; index <= end; index++) {
    const width = clamp(ratios[index] ?? 1) * height;
    tiles.push({ index, x, width });
    x += width + options.gap;
  }
  return { y, height, tiles };
}

/** Height at which pictures of these ratios together fill the width. */
function heightOf(sum: number, count: number, { width, gap }: JustifyOptions): number {
  return Math.max(1, (width - gap * (count - 1)) / sum);
}

const clamp = (ratio: number): number => Math.min(widest, Math.max(narrowest, ratio));
