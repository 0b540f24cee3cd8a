import type { ImageFilter } from '@gaze/client';
import type { ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

const pageSize = 200;

/** The pictures under one set of filters, newest first, as far as somebody has scrolled. */
export class ImageList {
  readonly query: ImageFilter;
  items = $state.raw<readonly ImageView[]>([]);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #cursor = $state.raw<string | null>(null);
  #loading: Promise<void> | null = null;

  constructor(query: ImageFilter) {
    this.query = query;
  }

  // a getter and no $derived: lists outlive the page that made them, and a derived value would not
  get hasMore(): boolean {
    return !this.isLoaded || this.#cursor !== null;
  }

  loadMore(): Promise<void> {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const page = await api.images.list({ ...this.query, cursor: this.#cursor, limit: pageSize });
      const known = new Set(this.items.map((image) => image.id));
      this.items = [...this.items, ...page.items.filter((image) => !known.has(image.id))];
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  retry(): void {
    this.error = null;
    void this.loadMore();
  }

  /** Loads the newest ones again after events were missed; what is further down stays. */
  async refresh(): Promise<void> {
    if (!this.isLoaded) return;
    try {
      const page = await api.images.list({ ...this.query, limit: pageSize });
      const newest = new Set(page.items.map((image) => image.id));
      const last = page.items.at(-1);
      const older = last
        ? this.items.filter((image) => !newest.has(image.id) && image.created_at < last.created_at)
        : [];
      this.items = [...page.items, ...older];
      if (older.length === 0) this.#cursor = page.next_cursor;
    } catch {
      // what is shown stays; the next reset refreshes again
    }
  }

  put(image: ImageView): void {
    const known = this.items.some((other) => other.id === image.id);
    if (known) this.items = this.items.map((other) => (other.id === image.id ? image : other));
    else if (this.isLoaded && this.#takes(image)) this.items = insertNewest(this.items, image);
  }

  #takes(image: ImageView): boolean {
    const { category, slug, favourite, nsfw, checkpoint } = this.query;
    if (category !== undefined && image.owner?.category !== category) return false;
    if (slug !== undefined && image.owner?.slug !== slug) return false;
    if (favourite === true && !image.is_favourite) return false;
    if (nsfw !== undefined && nsfw !== 'all' && image.is_nsfw !== (nsfw === 'nsfw')) return false;
    return checkpoint === undefined || image.checkpoint === checkpoint;
  }

  /** Follows the socket while somebody looks; gives back the way out. */
  watch(): () => void {
    const ends = [
      live.on('image.created', ({ image }) => this.put(image)),
      live.on('image.changed', ({ image }) => this.put(image)),
      live.onReset(() => void this.refresh()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}

/** New pictures come in order nearly always; one that was stored a moment earlier goes where it belongs. */
function insertNewest(items: readonly ImageView[], image: ImageView): readonly ImageView[] {
  const at = items.findIndex((other) => other.created_at <= image.created_at);
  return at === -1 ? [...items, image] : [...items.slice(0, at), image, ...items.slice(at)];
}

const mostKept = 4;

/** The lists that were looked at last: Back shows them at once. */
class Galleries {
  #lists = new Map<string, ImageList>();

  get(query: ImageFilter): ImageList {
    const key = JSON.stringify(query);
    const kept = this.#lists.get(key);
    if (kept) void kept.refresh();
    const list = kept ?? new ImageList(query);
    this.#lists.delete(key);
    this.#lists.set(key, list);
    for (const old of [...this.#lists.keys()].slice(0, -mostKept)) this.#lists.delete(old);
    return list;
  }
}

export const galleries = new Galleries();
