import type { ImageView } from '@gaze/contracts';
import { dayKey } from '#lib/format.ts';
import { justify, type JustifyOptions, type Row } from './justify.ts';

/** The pictures of one day. */
export interface Section {
  key: string;
  images: readonly ImageView[];
  rows: readonly Row[];
  /** Height of its rows, without the heading. */
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

const headingHeight = 40;
const sectionGap = 8;

/**
 * A wall of pictures by day. Geometry is kept per day and made again only for days that changed; scrolling reads it by
 * binary search, so a wall of 100,000 pictures scrolls as one of a hundred.
 */
export class Wall {
  sections = $state.raw<readonly Section[]>([]);
  height = $state(0);
  #options: JustifyOptions = { width: 0, target: 180, gap: 6 };

  /** Lays everything anew when the width or the row height changes. */
  resize(options: JustifyOptions): void {
    this.#options = options;
    this.#place(this.sections.map((section) => this.#lay(section.key, section.images)));
  }

  /** Shows these pictures, newest first; days that are the same keep their geometry. */
  show(images: readonly ImageView[]): void {
    const known = new Map(this.sections.map((section) => [section.key, section]));
    const sections: Section[] = [];
    for (let i = 0; i < images.length;) {
      const key = keyAt(images, i);
      const before = known.get(key);
      const section =
        before && standsAt(images, i, before.images, key) ? before : this.#lay(key, dayFrom(images, i, key));
      sections.push(section);
      i += section.images.length;
    }
    this.#place(sections);
  }

  /** Tiles and headings between two heights. */
  visible(from: number, to: number): { tiles: PlacedTile[]; headings: Section[] } {
    const tiles: PlacedTile[] = [];
    const headings: Section[] = [];
    for (let s = this.#sectionAt(from); s < this.sections.length; s++) {
      const section = this.sections[s];
      if (!section || section.top > to) break;
      headings.push(section);
      const base = section.top + headingHeight;
      for (let r = rowAt(section.rows, from - base); r < section.rows.length; r++) {
        const row = section.rows[r];
        if (!row || base + row.y > to) break;
        for (const tile of row.tiles) {
          const image = section.images[tile.index];
          if (image) tiles.push({ image, x: tile.x, y: base + row.y, width: tile.width, height: row.height });
        }
      }
    }
    return { tiles, headings };
  }

  #sectionAt(y: number): number {
    let low = 0;
    let high = this.sections.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.sections[middle]?.top ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  #lay(key: string, images: readonly ImageView[]): Section {
    const ratios = images.map((image) => (image.height > 0 ? image.width / image.height : 1));
    const { rows, height } = justify(ratios, this.#options);
    return { key, images, rows, height, top: 0 };
  }

  #place(sections: readonly Section[]): void {
    let top = 0;
    this.sections = sections.map((section) => {
      const placed = section.top === top ? section : { ...section, top };
      top += headingHeight + section.height + sectionGap;
      return placed;
    });
    this.height = top;
  }
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

function keyAt(images: readonly ImageView[], index: number): string {
  const image = images[index];
  return image ? dayKey(image.created_at) : '';
}

/** Pictures come newest first, so a day is one run of them. */
function dayFrom(images: readonly ImageView[], start: number, key: string): readonly ImageView[] {
  let end = start + 1;
  while (end < images.length && keyAt(images, end) === key) end++;
  return images.slice(start, end);
}

/** Whether a known day stands unchanged at this place: told by identity, without a look at any date but the next. */
function standsAt(
  images: readonly ImageView[],
  start: number,
  day: readonly ImageView[],
  key: string,
): boolean {
  return day.every((image, i) => images[start + i] === image) && keyAt(images, start + day.length) !== key;
}
