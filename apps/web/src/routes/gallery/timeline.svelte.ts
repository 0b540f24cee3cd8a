import type { ImageFilter } from '@gaze/client';
import type { ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { dayKey } from '#lib/format.ts';
import { imageChanges } from '#lib/lightbox/image-changes.ts';
import {
  portionOf,
  withImage,
  withoutImage,
  withPage,
  type Portion,
  type TimelineDay,
} from '#lib/list/day-pages.ts';
import { live } from '#lib/live/live.svelte.ts';
import { takes } from './filters.ts';

const pageSize = 200;
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The pictures under one set of filters: every day with its count, and of the days that somebody saw, the pictures. */
export class Timeline {
  readonly query: ImageFilter;
  days = $state.raw<readonly TimelineDay[]>([]);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #loading: Promise<void> | null = null;
  #filling: Promise<void> | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(query: ImageFilter) {
    this.query = query;
  }

  // a getter and no $derived: timelines outlive the page that made them, and a derived value would not
  get total(): number {
    return this.days.reduce((sum, day) => sum + day.count, 0);
  }

  /** The days and their counts, once. */
  load(): Promise<void> {
    if (this.isLoaded) return Promise.resolve();
    this.#loading ??= this.#loadDays().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #loadDays(): Promise<void> {
    try {
      const { buckets } = await api.images.buckets({ ...this.query, by: 'day', tz: timeZone });
      const known = new Map(this.days.map((day) => [day.key, day]));
      this.days = buckets.map(({ bucket, from, to, count }) => {
        const before = known.get(bucket);
        return {
          ...{ key: bucket, from, to, cursor: null, isWhole: false },
          images: before?.images ?? [],
          isFresh: before === undefined || before.images.length === 0,
          count: Math.max(count, before?.images.length ?? 0),
        };
      });
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Loads what the days from `first` to `last` lack; one page at a time, so ask again once it came. */
  fill(first: number, last: number): Promise<void> {
    const portion = portionOf(this.days, first, last, pageSize);
    if (portion === null) return this.#filling ?? Promise.resolve();
    this.#filling ??= this.#fill(portion).finally(() => (this.#filling = null));
    return this.#filling;
  }

  async #fill(portion: Portion): Promise<void> {
    const { from, to, cursor } = portion;
    try {
      const page = await api.images.list({
        ...this.query,
        from: later(from, this.query.from),
        to: earlier(to, this.query.to),
        cursor,
        limit: pageSize,
      });
      this.days = withPage(this.days, portion, page);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  retry(): void {
    this.error = null;
    void this.load();
  }

  /** Asks again for everything after events were missed; what is shown stays until the new comes. */
  async refresh(): Promise<void> {
    if (!this.isLoaded) return;
    await this.#loading;
    this.#loading = this.#loadDays().finally(() => (this.#loading = null));
    await this.#loading;
  }

  /** The pictures around one, as far as they are loaded without a gap. */
  around(id: string): readonly ImageView[] {
    const at = this.#dayOf(id);
    if (at === -1) return [];
    let first = at;
    while (first > 0 && this.days[first - 1]?.isWhole === true) first -= 1;
    let last = at;
    while (this.days[last]?.isWhole === true && last < this.days.length - 1) last += 1;
    return this.days.slice(first, last + 1).flatMap(({ images }) => images);
  }

  /** Loads what follows the pictures around one, and the day before them: a lightbox is near their end. */
  async extend(id: string): Promise<void> {
    const at = this.#dayOf(id);
    if (at === -1) return;
    let last = at;
    while (this.days[last]?.isWhole === true && last < this.days.length - 1) last += 1;
    await this.fill(last, last);
    if (at > 0 && this.days[at - 1]?.isWhole === false) await this.fill(at - 1, at - 1);
  }

  /** Loads the day of a picture until the picture is there: the page was opened with it. @returns whether it is */
  async reach(image: Pick<ImageView, 'id' | 'created_at'>): Promise<boolean> {
    await this.load();
    const key = dayKey(image.created_at);
    for (;;) {
      const at = this.days.findIndex((day) => day.key === key);
      const day = this.days[at];
      if (day === undefined) return false;
      if (day.images.some(({ id }) => id === image.id)) return true;
      if ((day.isWhole && day.isFresh) || this.error !== null) return false;
      await this.fill(at, at);
    }
  }

  #dayOf(id: string): number {
    return this.days.findIndex(({ images }) => images.some((image) => image.id === id));
  }

  put(image: ImageView): void {
    if (!this.isLoaded) return;
    const isKnown = this.#dayOf(image.id) !== -1;
    const fits = takes(this.query, image);
    if (fits === false) {
      if (isKnown) this.remove(image.id);
      return;
    }
    // whether its words or LoRAs fit, only the server knows
    if (fits === null && !isKnown) return this.#refreshSoon();
    const key = dayKey(image.created_at);
    const at = this.days.findIndex((day) => day.key === key);
    if (at === -1) this.days = withDay(this.days, key, image);
    else this.days = this.days.map((day, i) => (i === at ? withImage(day, image) : day));
  }

  remove(id: string): void {
    const at = this.#dayOf(id);
    if (at === -1) return;
    this.days = this.days.flatMap((day, i) => (i === at ? (withoutImage(day, id) ?? []) : [day]));
  }

  #refreshSoon(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.refresh(), 400);
  }

  /** Follows the socket while somebody looks; gives back the way out. */
  watch(): () => void {
    const ends = [
      imageChanges.on({ put: (image) => this.put(image), gone: (id) => this.#lost(id) }),
      live.on('image.many', () => this.#refreshSoon()),
      live.onReset(() => void this.refresh()),
    ];
    return () => {
      clearTimeout(this.#again);
      for (const end of ends) end();
    };
  }

  /** Of a picture that was never loaded nobody knows the day: its count is asked for again. */
  #lost(id: string): void {
    if (this.#dayOf(id) === -1) this.#refreshSoon();
    else this.remove(id);
  }
}

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);
const earlier = (a: string, b: string | undefined): string => (b !== undefined && b < a ? b : a);

function withDay(days: readonly TimelineDay[], key: string, image: ImageView): TimelineDay[] {
  const start = new Date(`${key}T00:00:00`);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  const day: TimelineDay = {
    ...{ key, count: 1, images: [image], isWhole: true, cursor: null, isFresh: true },
    from: start.toISOString(),
    to: end.toISOString(),
  };
  const at = days.findIndex((other) => other.key < key);
  return at === -1 ? [...days, day] : days.toSpliced(at, 0, day);
}

const mostKept = 4;

/** The timelines that were looked at last: Back shows them at once. */
class Timelines {
  #kept = new Map<string, Timeline>();

  get(query: ImageFilter): Timeline {
    const key = JSON.stringify(query);
    const kept = this.#kept.get(key);
    if (kept) void kept.refresh();
    const timeline = kept ?? new Timeline(query);
    this.#kept.delete(key);
    this.#kept.set(key, timeline);
    for (const old of [...this.#kept.keys()].slice(0, -mostKept)) this.#kept.delete(old);
    return timeline;
  }
}

export const timelines = new Timelines();
