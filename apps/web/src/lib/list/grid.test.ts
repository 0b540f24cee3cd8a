import { describe, expect, it } from 'vitest';
import { gridLayout, visibleRows } from './grid.ts';

const options = { minCard: 156, gapX: 16, gapY: 20, caption: 44 };

describe('gridLayout', () => {
  it('fills the width with as many columns as fit', () => {
    const layout = gridLayout(1196, options);
    expect(layout.columns).toBe(7);
    expect(layout.cardWidth * 7 + 16 * 6).toBeCloseTo(1196);
    expect(layout.cardWidth).toBeGreaterThanOrEqual(156);
  });

  it('makes every row as high as a 2:3 cover, its caption and the gap', () => {
    const layout = gridLayout(1196, options);
    expect(layout.rowHeight).toBeCloseTo(layout.cardWidth * 1.5 + 64);
  });

  it('keeps one column where not even one card fits', () => {
    expect(gridLayout(80, options)).toMatchObject({ columns: 1, cardWidth: 80 });
  });

  it('takes a fixed number of columns', () => {
    expect(gridLayout(342, { ...options, columns: 2 }).columns).toBe(2);
  });
});

describe('visibleRows', () => {
  it('shows what the viewport covers and two rows around it', () => {
    expect(visibleRows(1000, 500, 100, 1000)).toEqual({ first: 8, end: 17 });
  });

  it('stays inside the list', () => {
    expect(visibleRows(0, 500, 100, 3)).toEqual({ first: 0, end: 3 });
    expect(visibleRows(1e9, 500, 100, 3)).toEqual({ first: 2, end: 3 });
  });

  it('shows nothing of an empty list or before anything is measured', () => {
    expect(visibleRows(0, 500, 100, 0)).toEqual({ first: 0, end: 0 });
    expect(visibleRows(0, 500, 0, 10)).toEqual({ first: 0, end: 0 });
  });
});
