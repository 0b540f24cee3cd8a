import type { CategoryName, TrashView } from '@gaze/contracts';
import { untrack } from 'svelte';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

const pageSize = 100;
const calmMs = 300;

/** What was deleted, newest first; follows what is deleted and brought back elsewhere. */
export class TrashList {
  readonly category: CategoryName | undefined;
  items = $state.raw<readonly TrashView[]>([]);
  isLoaded = $state(false);
  error = $state.raw<unknown>(null);
  #cursor = $state.raw<string | null>(null);
  hasMore = $derived(this.#cursor !== null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(category: CategoryName | undefined) {
    this.category = category;
  }

  watch(): () => void {
    void this.load();
    const ends = [
      live.on('entity.removed', () => this.#loadSoon()),
      live.on('entity.changed', () => this.#loadSoon()),
      live.onReset(() => this.#loadSoon()),
    ];
    return () => {
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  load = async (): Promise<void> => {
    try {
      // An effect that loads must not follow what it loads, or it would ask again with every answer.
      const limit = Math.min(
        200,
        Math.max(
          pageSize,
          untrack(() => this.items.length),
        ),
      );
      const page = await api.editing.trash({ category: this.category, limit });
      this.items = page.items;
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  async more(): Promise<void> {
    try {
      const page = await api.editing.trash({
        category: this.category,
        cursor: this.#cursor,
        limit: pageSize,
      });
      this.items = [...this.items, ...page.items];
      this.#cursor = page.next_cursor;
    } catch (error) {
      toasts.failed('What was deleted earlier was not loaded', error);
    }
  }

  /** Removes these for good, one after the other; the first refusal ends it and is told. @returns how many went */
  async purge(items: readonly TrashView[]): Promise<number> {
    let gone = 0;
    for (const item of items) {
      try {
        await api.editing.purge(item.id);
      } catch (error) {
        toasts.failed(`${item.name} is still in the trash`, error);
        break;
      }
      gone += 1;
      this.forget(item);
    }
    return gone;
  }

  forget(item: TrashView): void {
    this.items = this.items.filter((other) => other.id !== item.id);
  }

  #loadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), calmMs);
  }
}
