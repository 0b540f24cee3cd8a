import { monthName } from '#lib/format.ts';

/** A day on the wall, as the scrubber sees it. */
export interface ScrubDay {
  key: string;
  top: number;
  count: number;
}

export interface ScrubMark {
  label: string;
  isYear: boolean;
  /** Pixels from the top of the track. */
  y: number;
}

export interface ScrubTick {
  y: number;
  width: number;
}

/** Labels nearer than this would run into each other. */
const labelGap = 22;
const tickGap = 9;
const widestTick = 13;

/**
 * Years and months along a track, where the wall's days of them begin. Years come first; a month is named where
 * there is room.
 */
export function scrubMarks(days: readonly ScrubDay[], wallHeight: number, track: number): ScrubMark[] {
  if (wallHeight <= 0) return [];
  const years: ScrubMark[] = [];
  const months: ScrubMark[] = [];
  let before = '';
  for (const { key, top } of days) {
    const y = (top / wallHeight) * track;
    const year = key.slice(0, 4);
    if (year !== before.slice(0, 4)) years.push({ label: year, isYear: true, y });
    else if (key.slice(0, 7) !== before.slice(0, 7)) months.push({ label: monthName(key), isYear: false, y });
    before = key;
  }
  const shown = spaced(years, []);
  return [...shown, ...spaced(months, shown)].sort((a, b) => a.y - b.y);
}

function spaced(marks: readonly ScrubMark[], taken: readonly ScrubMark[]): ScrubMark[] {
  const shown: ScrubMark[] = [];
  for (const mark of marks) {
    const isFree = [...taken, ...shown].every((other) => Math.abs(other.y - mark.y) >= labelGap);
    if (isFree) shown.push(mark);
  }
  return shown;
}

/** How busy the days were, as ticks along the track: the longest stands for the busiest day. */
export function scrubTicks(days: readonly ScrubDay[], wallHeight: number, track: number): ScrubTick[] {
  if (wallHeight <= 0 || days.length < 2) return [];
  const slots = new Map<number, number>();
  for (const { top, count } of days) {
    const slot = Math.floor(((top / wallHeight) * track) / tickGap);
    slots.set(slot, Math.max(slots.get(slot) ?? 0, count));
  }
  const most = Math.max(...slots.values());
  return [...slots].map(([slot, count]) => ({
    y: slot * tickGap,
    width: 2 + (widestTick - 2) * Math.sqrt(count / most),
  }));
}
