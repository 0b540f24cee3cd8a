import type { ImageView } from '@gaze/contracts';
import { dayKey } from '#lib/format.ts';
import type { Day } from './wall.svelte.ts';

/** A day of the gallery: where it begins and ends, and where its next page starts. */
export interface TimelineDay extends Day {
  /** Moments, as the list takes them: `from` belongs to it, `to` does not. */
  from: string;
  to: string;
  cursor: string | null;
}

/** Neighbouring days that one request fills. */
export interface Portion {
  first: number;
  /** The last one, this one included. */
  last: number;
  from: string;
  to: string;
  cursor: string | null;
}

/**
 * What to ask for so that the days from `first` to `last` show something: from the first that lacks pictures, as many
 * neighbours as one page fills. Null where nothing is missing.
 */
export function portionOf(
  days: readonly TimelineDay[],
  first: number,
  last: number,
  pageSize: number,
): Portion | null {
  const start = days.findIndex((day, i) => i >= first && i <= last && isLacking(day));
  const begin = days[start];
  if (start === -1 || begin === undefined) return null;
  let end = start;
  let expected = begin.count - (begin.isFresh ? begin.images.length : 0);
  while (end < last && expected < pageSize) {
    const next = days[end + 1];
    if (next === undefined || (next.isFresh && next.images.length > 0)) break;
    end += 1;
    expected += next.count;
  }
  return {
    ...{ first: start, last: end },
    from: days[end]?.from ?? begin.from,
    to: begin.to,
    cursor: begin.isFresh ? begin.cursor : null,
  };
}

const isLacking = (day: TimelineDay): boolean => !day.isWhole || !day.isFresh;

/** The days after a page of a portion came: those that it passed are whole, the one that it ends in goes on later. */
export function withPage(
  days: readonly TimelineDay[],
  portion: Pick<Portion, 'from' | 'to'>,
  page: { items: readonly ImageView[]; next_cursor: string | null },
): TimelineDay[] {
  const byDay = Map.groupBy(page.items, (image) => dayKey(image.created_at));
  const last = page.items.at(-1);
  const ended = page.next_cursor === null || last === undefined ? null : dayKey(last.created_at);
  return days.flatMap((day) => {
    if (day.to > portion.to || day.from < portion.from) return [day];
    if (ended !== null && day.key < ended) return [day];
    // what a fresh day holds already is its pages before, or has come meanwhile: both are newer
    const images = joined(day.isFresh ? day.images : [], byDay.get(day.key) ?? []);
    const isWhole = day.key !== ended;
    if (isWhole && images.length === 0) return [];
    return [
      {
        ...day,
        ...{ images, isWhole, isFresh: true },
        count: isWhole ? images.length : Math.max(day.count, images.length),
        cursor: isWhole ? null : page.next_cursor,
      },
    ];
  });
}

function joined(before: readonly ImageView[], more: readonly ImageView[]): readonly ImageView[] {
  if (before.length === 0) return more;
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...more.filter(({ id }) => !known.has(id))];
}

/** A picture in its place: new ones come in order nearly always, one that was stored a moment earlier goes below. */
export function withImage(day: TimelineDay, image: ImageView): TimelineDay {
  const at = day.images.findIndex((other) => other.id === image.id);
  if (at !== -1) return { ...day, images: day.images.with(at, image) };
  const older = day.images.findIndex((other) => other.created_at <= image.created_at);
  // below what is loaded of a day it comes with its page
  if (older === -1 && !day.isWhole) return { ...day, count: day.count + 1 };
  const images = older === -1 ? [...day.images, image] : day.images.toSpliced(older, 0, image);
  return { ...day, images, count: Math.max(day.count + 1, images.length) };
}

export function withoutImage(day: TimelineDay, id: string): TimelineDay | null {
  const images = day.images.filter((other) => other.id !== id);
  if (images.length === day.images.length) return day;
  const count = Math.max(images.length, day.count - 1);
  return count === 0 ? null : { ...day, images, count };
}
