import type { ImageView } from '@gaze/contracts';
import { justify, type JustifyOptions, type Row } from './justify.ts';

/** The pictures of one day, newest first, as far as they are loaded. */
export interface Day {
  key: string;
  /** How many there are. */
  count: number;
  images: readonly ImageView[];
  /** All of them are loaded. */
  isWhole: boolean;
  /** False: it was loaded before events were missed, and is loaded again when somebody looks. */
  isFresh: boolean;
}

/** A day with its geometry. */
export interface Section<D extends Day = Day> {
  day: D;
  key: string;
  rows: readonly Row[];
  /** Height of the rows that are laid; what is not loaded follows below. */
  laid: number;
  /** Height of all rows, guessed where they are not loaded, without the heading. */
  height: number;
  /** Where its heading starts. */
  top: number;
}

export interface PlacedTile {
  image: ImageView;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where nothing is loaded yet, a picture is taken to be of this ratio: between the usual portrait and a square. */
const guessedRatio = 0.76;
/** Rows come out a little lower than their target, because one more picture is squeezed in. */
const rowShare = 0.94;
export const headingHeight = 40;
const sectionGap = 8;

/**
 * A wall of pictures by day. Geometry is kept per day and made again only for days that changed; what is not loaded
 * has the height that its count suggests. Scrolling reads it by binary search, so a wall of 100,000 pictures scrolls
 * as one of a hundred.
 */
export class Wall<D extends Day = Day> {
  sections = $state.raw<readonly Section<D>[]>([]);
  height = $state(0);
  #options: JustifyOptions = { width: 0, target: 180, gap: 6 };
  #ratio = guessedRatio;

  /** Lays everything anew when the width or the row height changes. */
  resize(options: JustifyOptions): void {
    this.#options = options;
    this.#place(this.sections.map(({ day }) => this.#lay(day)));
  }

  /** Shows these days, the newest first; days that are the same keep their geometry. */
  show(days: readonly D[]): void {
    const known = new Map(this.sections.map((section) => [section.key, section]));
    this.#place(
      days.map((day) => {
        const before = known.get(day.key);
        return before?.day === day ? before : this.#lay(day);
      }),
    );
  }

  /** Tiles, headings and days with something to load between two heights. */
  visible(from: number, to: number): { tiles: PlacedTile[]; sections: Section<D>[] } {
    const tiles: PlacedTile[] = [];
    const sections: Section<D>[] = [];
    for (let s = this.indexAt(from); s < this.sections.length; s++) {
      const section = this.sections[s];
      if (!section || section.top > to) break;
      sections.push(section);
      const base = section.top + headingHeight;
      for (let r = rowAt(section.rows, from - base); r < section.rows.length; r++) {
        const row = section.rows[r];
        if (!row || base + row.y > to) break;
        tiles.push(...tilesOf(section, row, base));
      }
    }
    return { tiles, sections };
  }

  /** The day that stands at a height. */
  indexAt(y: number): number {
    let low = 0;
    let high = this.sections.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.sections[middle]?.top ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** Where a picture stands; undefined while it is not laid. */
  placeOf(id: string): PlacedTile | undefined {
    const section = this.sections[this.#sectionOf(id)];
    const index = section?.day.images.findIndex((other) => other.id === id) ?? -1;
    if (!section || index === -1) return undefined;
    const row = section.rows.find(({ tiles }) => (tiles.at(-1)?.index ?? -1) >= index);
    return row && tilesOf(section, row, section.top + headingHeight).find((tile) => tile.image.id === id);
  }

  /** Whether something of the days between two heights has to be loaded; gives their places in the list. */
  lacking(from: number, to: number): { first: number; last: number } | null {
    const first = this.indexAt(from);
    const last = this.indexAt(to);
    const isLacking = this.sections.slice(first, last + 1).some(({ day, top, laid }) => {
      const end = top + headingHeight + laid;
      return !day.isFresh || (!day.isWhole && end < to);
    });
    return isLacking ? { first, last } : null;
  }

  /** The picture before or after another one, in the order of the wall and as far as it is loaded. */
  beside(id: string, by: 1 | -1): ImageView | undefined {
    const at = this.#sectionOf(id);
    const images = this.sections[at]?.day.images ?? [];
    const next = images[images.findIndex((image) => image.id === id) + by];
    return (
      next ?? (by === 1 ? this.sections[at + 1]?.day.images[0] : this.sections[at - 1]?.day.images.at(-1))
    );
  }

  /** The picture in the next row, above or below, that stands nearest. */
  across(id: string, by: 1 | -1): ImageView | undefined {
    const from = this.placeOf(id);
    if (!from) return undefined;
    const reach = by === 1 ? [from.y, from.y + 1200] : [from.y - 1200, from.y];
    const others = this.visible(reach[0] ?? 0, reach[1] ?? 0).tiles.filter(({ y }) => (y - from.y) * by > 0);
    const row = others.reduce(
      (y, tile) => (by === 1 ? Math.min(y, tile.y) : Math.max(y, tile.y)),
      by * Infinity,
    );
    const middle = from.x + from.width / 2;
    const away = (tile: PlacedTile): number => Math.abs(tile.x + tile.width / 2 - middle);
    return others.filter(({ y }) => y === row).sort((a, b) => away(a) - away(b))[0]?.image;
  }

  #sectionOf(id: string): number {
    return this.sections.findIndex(({ day }) => day.images.some((image) => image.id === id));
  }

  #lay(day: D): Section<D> {
    const ratios = day.images.map((image) => (image.height > 0 ? image.width / image.height : 1));
    if (ratios.length > 0) this.#ratio = mean(ratios);
    const { rows, height } = justify(ratios, this.#options);
    const { key, isWhole } = day;
    if (isWhole) return { day, key, rows, laid: height, height, top: 0 };
    // the last row is not full yet: it is laid with what comes
    const full = rows.slice(0, -1);
    const last = full.at(-1);
    const laid = last ? last.y + last.height + this.#options.gap : 0;
    const rest = day.count - ((last?.tiles.at(-1)?.index ?? -1) + 1);
    return { day, key, rows: full, laid, height: laid + this.#guess(rest), top: 0 };
  }

  /** Height that so many pictures will take, going by those that are known. */
  #guess(count: number): number {
    const { width, target, gap } = this.#options;
    if (count <= 0 || width <= 0) return 0;
    const row = target * rowShare;
    const perRow = Math.max(1, (width + gap) / (this.#ratio * row + gap));
    return Math.ceil(count / perRow) * (row + gap) - gap;
  }

  #place(sections: readonly Section<D>[]): void {
    let top = 0;
    this.sections = sections.map((section) => {
      const placed = section.top === top ? section : { ...section, top };
      top += headingHeight + section.height + sectionGap;
      return placed;
    });
    this.height = top;
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + Math.min(3, value), 0) / values.length;

function tilesOf(section: Section, row: Row, base: number): PlacedTile[] {
  return row.tiles.flatMap((tile) => {
    const image = section.day.images[tile.index];
    return image ? [{ image, x: tile.x, y: base + row.y, width: tile.width, height: row.height }] : [];
  });
}

function rowAt(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.y + row.height < y) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low);
}
