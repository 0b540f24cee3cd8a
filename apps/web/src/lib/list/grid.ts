/** Geometry of a grid of cards. Every row is as high as the next, so a place in it is arithmetic and not measurement. */
export interface GridLayout {
  columns: number;
  /** Width of one card in pixels. */
  cardWidth: number;
  /** Height of a row with the gap under it. */
  rowHeight: number;
  gapX: number;
}

export interface GridOptions {
  /** Cards get at least this wide; the columns fill the row. */
  minCard: number;
  gapX: number;
  gapY: number;
  /** Height of the text under the cover. */
  caption: number;
  /** Fixes the number of columns: two on phones. */
  columns?: number;
}

/** Columns and sizes for a width. Covers are 2:3. */
export function gridLayout(width: number, options: GridOptions): GridLayout {
  const { minCard, gapX, gapY, caption } = options;
  const fit = Math.max(1, Math.floor((width + gapX) / (minCard + gapX)));
  const columns = options.columns ?? fit;
  const cardWidth = Math.max(0, (width - gapX * (columns - 1)) / columns);
  return { columns, cardWidth, gapX, rowHeight: cardWidth * 1.5 + caption + gapY };
}

export interface RowRange {
  first: number;
  /** One past the last row. */
  end: number;
}

/** Rows that a viewport shows, and `overscan` more on each side. */
export function visibleRows(
  scrollTop: number,
  viewport: number,
  rowHeight: number,
  rowCount: number,
  overscan = 2,
): RowRange {
  if (rowHeight <= 0 || rowCount <= 0) return { first: 0, end: 0 };
  const first = Math.max(0, Math.min(rowCount - 1, Math.floor(scrollTop / rowHeight) - overscan));
  const end = Math.max(first, Math.min(rowCount, Math.ceil((scrollTop + viewport) / rowHeight) + overscan));
  return { first, end };
}
