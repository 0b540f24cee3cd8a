import type { ImageView } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { portionOf, withImage, withoutImage, withPage, type TimelineDay } from './day-pages.ts';

const at = (day: string, hour: number): string =>
  new Date(`${day}T${String(hour).padStart(2, '0')}:00:00`).toISOString();
const picture = (day: string, hour: number): ImageView =>
  ({ id: `${day}/${hour}`, created_at: at(day, hour) }) as ImageView;

function day(key: string, count: number, more: Partial<TimelineDay> = {}): TimelineDay {
  const start = new Date(`${key}T00:00:00`);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return {
    ...{ key, count, images: [], isWhole: false, isFresh: true, cursor: null },
    ...{ from: start.toISOString(), to: end.toISOString() },
    ...more,
  };
}

const days = [day('2026-11-23', 3), day('2026-11-22', 2), day('2026-11-20', 500)];

describe('portionOf', () => {
  it('takes neighbouring days together until a page is full', () => {
    expect(portionOf(days, 0, 2, 4)).toMatchObject({
      first: 0,
      last: 1,
      from: days[1]?.from,
      to: days[0]?.to,
    });
    expect(portionOf(days, 0, 2, 200)).toMatchObject({ first: 0, last: 2 });
    expect(portionOf(days, 0, 0, 200)).toMatchObject({ first: 0, last: 0 });
  });

  it('begins at the first day that lacks pictures, and stops before one that has them', () => {
    const whole = day('2026-11-23', 3, { isWhole: true, images: [picture('2026-11-23', 9)] });
    expect(portionOf([whole, ...days.slice(1)], 0, 2, 4)).toMatchObject({ first: 1, last: 2 });
    const loaded = day('2026-11-20', 1, { isWhole: true, images: [picture('2026-11-20', 1)] });
    expect(portionOf([...days.slice(0, 2), loaded], 0, 2, 200)).toMatchObject({ first: 0, last: 1 });
  });

  it('goes on where the last page ended, and starts anew for what is stale', () => {
    const half = day('2026-11-20', 500, { images: [picture('2026-11-20', 9)], cursor: 'c' });
    expect(portionOf([half], 0, 0, 200)?.cursor).toBe('c');
    expect(portionOf([{ ...half, isFresh: false }], 0, 0, 200)?.cursor).toBeNull();
  });

  it('wants nothing where everything is there', () => {
    const whole = day('2026-11-23', 1, { isWhole: true, images: [picture('2026-11-23', 9)] });
    expect(portionOf([whole], 0, 0, 200)).toBeNull();
  });
});

describe('withPage', () => {
  const portion = { from: days[2]?.from ?? '', to: days[0]?.to ?? '' };

  it('makes the days whole that the page passed, and keeps the place in the one it ends in', () => {
    const items = [
      ...[15, 14, 13].map((hour) => picture('2026-11-23', hour)),
      ...[9, 8].map((hour) => picture('2026-11-22', hour)),
      picture('2026-11-20', 20),
    ];
    const after = withPage(days, portion, { items, next_cursor: 'next' });
    expect(after.map(({ images, isWhole, cursor }) => [images.length, isWhole, cursor])).toEqual([
      [3, true, null],
      [2, true, null],
      [1, false, 'next'],
    ]);
    const more = withPage(
      after,
      { from: days[2]?.from ?? '', to: days[2]?.to ?? '' },
      {
        items: [picture('2026-11-20', 20), picture('2026-11-20', 19)],
        next_cursor: null,
      },
    );
    expect(more[2]).toMatchObject({ count: 2, isWhole: true });
    expect(more[2]?.images.map(({ id }) => id)).toEqual(['2026-11-20/20', '2026-11-20/19']);
  });

  it('drops a day whose pictures are all gone, and corrects a count', () => {
    const after = withPage(days, portion, { items: [picture('2026-11-23', 15)], next_cursor: null });
    expect(after.map(({ key, count }) => [key, count])).toEqual([['2026-11-23', 1]]);
  });

  it('leaves days outside of what was asked as they are', () => {
    const only = { from: days[1]?.from ?? '', to: days[1]?.to ?? '' };
    const after = withPage(days, only, { items: [picture('2026-11-22', 9)], next_cursor: null });
    expect([after[0], after[2]]).toEqual([days[0], days[2]]);
  });

  it('keeps what came while the page was on its way', () => {
    const fresh = withImage(day('2026-11-23', 1), picture('2026-11-23', 16));
    const [after] = withPage(
      [{ ...fresh, images: [picture('2026-11-23', 16)] }],
      { from: fresh.from, to: fresh.to },
      { items: [picture('2026-11-23', 15)], next_cursor: null },
    );
    expect(after?.images.map(({ id }) => id)).toEqual(['2026-11-23/16', '2026-11-23/15']);
  });

  it('replaces what is stale', () => {
    const stale = day('2026-11-23', 2, { images: [picture('2026-11-23', 1)], isFresh: false });
    const [after] = withPage([stale], stale, { items: [picture('2026-11-23', 15)], next_cursor: null });
    expect(after).toMatchObject({ count: 1, isFresh: true, images: [{ id: '2026-11-23/15' }] });
  });
});

describe('a picture that comes or goes', () => {
  const half = day('2026-11-23', 10, { images: [picture('2026-11-23', 15), picture('2026-11-23', 13)] });

  it('goes where its time says', () => {
    expect(withImage(half, picture('2026-11-23', 14)).images.map(({ id }) => id)).toEqual([
      '2026-11-23/15',
      '2026-11-23/14',
      '2026-11-23/13',
    ]);
  });

  it('changes in place, and counts once', () => {
    const changed = withImage(half, { ...picture('2026-11-23', 13), is_favourite: true });
    expect(changed).toMatchObject({ count: 10, images: [{}, { is_favourite: true }] });
  });

  it('is counted only, where its place is not loaded yet', () => {
    expect(withImage(half, picture('2026-11-23', 2))).toMatchObject({ count: 11, images: half.images });
  });

  it('takes its day along when it was the last one', () => {
    const last = day('2026-11-23', 1, { isWhole: true, images: [picture('2026-11-23', 9)] });
    expect(withoutImage(last, '2026-11-23/9')).toBeNull();
    expect(withoutImage(half, '2026-11-23/15')).toMatchObject({ count: 9 });
    expect(withoutImage(half, 'another')).toBe(half);
  });
});
