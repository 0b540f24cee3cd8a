import type { LibraryFilter } from '@gaze/client';
import type { CategoryName, EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { cardChanges } from '#lib/entity/card-changes.ts';
import { live } from '#lib/live/live.svelte.ts';

const pageSize = 120;
const refreshDelayMs = 300;
const retryDelayMs = 5000;

/** The cards of one category under one set of filters, as far as somebody has scrolled. */
export class LibraryList {
  readonly category: CategoryName;
  readonly query: LibraryFilter;
  items = $state.raw<readonly EntityCard[]>([]);
  error = $state.raw<unknown>(null);
  /** Null before the first page and after the last one. */
  #cursor = $state.raw<string | null>(null);
  isLoaded = $state(false);
  #loading: Promise<void> | null = null;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(category: CategoryName, query: LibraryFilter) {
    this.category = category;
    this.query = query;
  }

  // a getter and no $derived: lists outlive the page that made them, and a derived value would not
  get hasMore(): boolean {
    return !this.isLoaded || this.#cursor !== null;
  }

  /** The next page; one at a time, and nothing after the last one. */
  loadMore(): Promise<void> {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const page = await api.library.list(this.category, {
        ...this.query,
        cursor: this.#cursor,
        limit: pageSize,
      });
      const known = new Set(this.items.map((card) => card.slug));
      this.items = [...this.items, ...page.items.filter((card) => !known.has(card.slug))];
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

  put(card: EntityCard): void {
    if (card.category !== this.category) return;
    // one that came, or came back: where it stands, and whether it fits the filters, the server knows
    if (this.isLoaded && !this.items.some((other) => other.slug === card.slug)) {
      if (!this.hasMore) this.refreshSoon();
      return;
    }
    // the order stays as it is: a card that jumps away under the pointer is worse than one out of order
    this.items = this.items.map((other) => (other.slug === card.slug ? card : other));
  }

  remove(slug: string): void {
    this.items = this.items.filter((card) => card.slug !== slug);
  }

  /** Loads again what is shown, without clearing it first. A rescan tells of many changes; one refresh is enough. */
  refreshSoon(delayMs = refreshDelayMs): void {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => void this.#refresh(), delayMs);
  }

  /** Nobody looks at it any more, and nobody will. */
  stop(): void {
    clearTimeout(this.#refreshTimer);
  }

  async #refresh(): Promise<void> {
    await this.#loading;
    const wanted = Math.max(pageSize, this.items.length);
    const items: EntityCard[] = [];
    let cursor: string | null = null;
    try {
      do {
        const page: Awaited<ReturnType<typeof api.library.list>> = await api.library.list(this.category, {
          ...this.query,
          cursor,
          limit: Math.min(200, wanted - items.length),
        });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null && items.length < wanted);
      this.items = items;
      this.#cursor = cursor;
      this.isLoaded = true;
      this.error = null;
    } catch {
      // what is shown stays, and is asked for again: the change that made it old is not told twice
      this.refreshSoon(retryDelayMs);
    }
  }
}

const mostKept = 6;

/** The lists that were looked at last: Back shows them at once, and events reach those that are not on screen too. */
class Libraries {
  #lists = new Map<string, LibraryList>();

  constructor() {
    cardChanges.on((card) => this.#each(card.category, (list) => list.put(card)));
    live.on('entity.removed', ({ category, slug }) => this.#each(category, (list) => list.remove(slug)));
    live.on('library.changed', ({ category }) => this.#each(category, (list) => list.refreshSoon()));
    let isFirst = true;
    live.onReset(() => {
      // the first one only says that the connection stands; the list on screen has just been loaded
      if (!isFirst) for (const list of this.#lists.values()) list.refreshSoon();
      isFirst = false;
    });
  }

  get(category: CategoryName, query: LibraryFilter): LibraryList {
    const key = `${category} ${JSON.stringify(query)}`;
    const list = this.#lists.get(key) ?? new LibraryList(category, query);
    this.#lists.delete(key);
    this.#lists.set(key, list);
    for (const old of [...this.#lists.keys()].slice(0, -mostKept)) {
      this.#lists.get(old)?.stop();
      this.#lists.delete(old);
    }
    return list;
  }

  #each(category: CategoryName, run: (list: LibraryList) => void): void {
    for (const list of this.#lists.values()) if (list.category === category) run(list);
  }
}

export const libraries = new Libraries();
