import type { TrashedImage } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { dayKey } from '#lib/format.ts';
import type { Day } from '#lib/list/wall.svelte.ts';
import { live } from '#lib/live/live.svelte.ts';

const pageSize = 100;

export interface TrashDay extends Day {
  images: readonly TrashedImage[];
}

/** The pictures in the trash, those deleted last first, as far as somebody has scrolled. */
export class Trash {
  items = $state.raw<readonly TrashedImage[]>([]);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #cursor = $state.raw<string | null>(null);
  #loading: Promise<void> | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  days = $derived(this.#byDay());

  #byDay(): readonly TrashDay[] {
    const groups = Map.groupBy(this.items, (image) => dayKey(image.trashed_at));
    const days = [...groups].map(([key, images]) => ({
      ...{ key, images, isWhole: true, isFresh: true },
      count: images.length,
    }));
    const last = days.at(-1);
    // further ones follow below: the wall asks for them when it comes near
    if (last && this.#cursor !== null)
      days[days.length - 1] = { ...last, isWhole: false, count: last.count + 20 };
    return days;
  }

  load(): Promise<void> {
    if (this.isLoaded && this.#cursor === null) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  fill(): Promise<void> {
    return this.load();
  }

  async #load(): Promise<void> {
    try {
      const page = await api.images.trashed({ cursor: this.#cursor, limit: pageSize });
      const known = new Set(this.items.map(({ id }) => id));
      this.items = [...this.items, ...page.items.filter(({ id }) => !known.has(id))];
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  retry(): void {
    this.error = null;
    void this.load();
  }

  drop(ids: readonly string[]): void {
    this.items = this.items.filter(({ id }) => !ids.includes(id));
  }

  #reloadSoon(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#reload(), 400);
  }

  async #reload(): Promise<void> {
    await this.#loading;
    try {
      const page = await api.images.trashed({ limit: Math.min(200, Math.max(pageSize, this.items.length)) });
      this.items = page.items;
      this.#cursor = page.next_cursor;
    } catch {
      // what is shown stays; the next event asks again
    }
  }

  /** Follows other tabs; gives back the way out. */
  watch(): () => void {
    const ends = [
      live.on('image.removed', () => this.#reloadSoon()),
      live.on('image.many', () => this.#reloadSoon()),
      live.on('image.created', ({ image }) => this.drop([image.id])),
      live.onReset(() => this.#reloadSoon()),
    ];
    return () => {
      clearTimeout(this.#again);
      for (const end of ends) end();
    };
  }
}
