import { describe, expect, it } from 'vitest';
import { justify } from './justify.ts';

const options = { width: 1000, target: 200, gap: 6 };
const ratios = Array.from({ length: 60 }, (_, i) => [2 / 3, 1, 3 / 2, 16 / 9][i % 4] ?? 1);

describe('justify', () => {
  it('fills every row but the last to the pixel', () => {
    const { rows } = justify(ratios, options);
    for (const row of rows.slice(0, -1)) {
      const last = row.tiles.at(-1);
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(1000);
    }
  });

  it('keeps every picture in its own ratio and in order', () => {
    const { rows } = justify(ratios, options);
    const tiles = rows.flatMap((row) => row.tiles.map((tile) => ({ ...tile, height: row.height })));
    expect(tiles.map((tile) => tile.index)).toEqual(ratios.map((_, i) => i));
    for (const tile of tiles) expect(tile.width / tile.height).toBeCloseTo(ratios[tile.index] ?? 0);
  });

  it('stacks rows without a gap too many', () => {
    const { rows, height } = justify(ratios, options);
    rows
      .slice(1)
      .forEach((row, i) => expect(row.y).toBeCloseTo((rows[i]?.y ?? 0) + (rows[i]?.height ?? 0) + 6));
    expect(height).toBeCloseTo((rows.at(-1)?.y ?? 0) + (rows.at(-1)?.height ?? 0));
  });

  it('does not blow up a last row of one picture', () => {
    const { rows } = justify([2 / 3], options);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.height).toBe(200);
  });

  it('keeps the rows above when pictures are added at the end', () => {
    const before = justify(ratios.slice(0, 40), options).rows;
    const after = justify(ratios, options).rows;
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  it('has no rows without pictures', () => {
    expect(justify([], options)).toEqual({ rows: [], height: 0 });
  });

  it('tames a picture that is a thread', () => {
    const { rows } = justify([0.001, 1, 1, 1, 1], options);
    expect(rows[0]?.tiles[0]?.width).toBeGreaterThan(40);
  });
});
