import { describe, expect, it } from 'vitest';
import { scrubMarks, scrubTicks } from './scrub.ts';

/** A day every 100 pixels of the wall, back from a date. */
function daysBack(from: string, count: number, everyDays: number) {
  return Array.from({ length: count }, (_, i) => {
    const date = new Date(`${from}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() - i * everyDays);
    return { key: date.toISOString().slice(0, 10), top: i * 100, count: 1 + (i % 7) };
  });
}

describe('scrubMarks', () => {
  it('names every year, and months where there is room', () => {
    const days = daysBack('2026-11-23', 40, 15);
    const marks = scrubMarks(days, 4000, 800);
    expect(marks.filter(({ isYear }) => isYear).map(({ label }) => label)).toEqual(['2026', '2025']);
    expect(marks.some(({ label }) => label === 'Oct')).toBe(true);
    const gaps = marks.slice(1).map((mark, i) => mark.y - (marks[i]?.y ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(22);
  });

  it('stays on the track', () => {
    for (const { y } of scrubMarks(daysBack('2026-11-23', 900, 3), 90_000, 600)) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(600);
    }
  });

  it('has nothing to name on an empty wall', () => {
    expect(scrubMarks([], 0, 600)).toEqual([]);
  });
});

describe('scrubTicks', () => {
  it('is longest at the busiest day and never longer than the track is wide', () => {
    const ticks = scrubTicks(daysBack('2026-11-23', 60, 1), 6000, 600);
    const widths = ticks.map(({ width }) => width);
    expect(Math.max(...widths)).toBe(13);
    expect(Math.min(...widths)).toBeGreaterThan(2);
    expect(new Set(ticks.map(({ y }) => y)).size).toBe(ticks.length);
  });

  it('says nothing of a single day', () => {
    expect(scrubTicks(daysBack('2026-11-23', 1, 1), 100, 600)).toEqual([]);
  });
});
