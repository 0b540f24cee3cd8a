import type { CategoryName, EntityCard } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { cardChanges } from '#lib/entity/card-changes.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { LibraryList } from './library.svelte.ts';

/** More than a person oversees, and as many as one export takes. */
const most = 2000;
const pageSize = 200;

/** The cards that somebody has chosen. Filters do not change it: what was chosen stays chosen. */
export class Selection {
  readonly category: CategoryName;
  /** A press on a card chooses it instead of opening it. */
  isOn = $state(false);
  /** All of a long list are being gathered. */
  isGathering = $state(false);
  #bySlug = new SvelteMap<string, EntityCard>();
  cards = $derived([...this.#bySlug.values()]);
  #anchor: string | null = null;

  constructor(category: CategoryName) {
    this.category = category;
  }

  /** Keeps the chosen cards as they are now; gives back the way out. */
  watch(): () => void {
    const ends = [
      cardChanges.on((card) => {
        if (card.category === this.category && this.has(card.slug)) this.#bySlug.set(card.slug, card);
      }),
      live.on('entity.removed', ({ category, slug }) => {
        if (category === this.category) this.#bySlug.delete(slug);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  get size(): number {
    return this.#bySlug.size;
  }

  has(slug: string): boolean {
    return this.#bySlug.has(slug);
  }

  toggle(card: EntityCard): void {
    this.isOn = true;
    this.#anchor = card.slug;
    if (!this.#bySlug.delete(card.slug)) this.#bySlug.set(card.slug, card);
  }

  /** Chooses everything from the last one that was pressed to this one. */
  extend(items: readonly EntityCard[], card: EntityCard): void {
    const from = items.findIndex(({ slug }) => slug === this.#anchor);
    const to = items.findIndex(({ slug }) => slug === card.slug);
    if (from === -1 || to === -1) {
      this.toggle(card);
      return;
    }
    this.isOn = true;
    for (const one of items.slice(Math.min(from, to), Math.max(from, to) + 1))
      this.#bySlug.set(one.slug, one);
  }

  /** Everything that the filters leave, also what nobody has scrolled to. */
  async all(list: LibraryList): Promise<void> {
    if (this.isGathering) return;
    this.isOn = true;
    this.isGathering = true;
    try {
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof api.library.list>> = await api.library.list(this.category, {
          ...list.query,
          cursor,
          limit: pageSize,
        });
        // somebody has put the choice away meanwhile
        if (!this.isOn) return;
        for (const card of page.items) if (this.size < most) this.#bySlug.set(card.slug, card);
        cursor = page.next_cursor;
      } while (cursor !== null && this.size < most);
      if (cursor !== null)
        toasts.show({
          title: `The first ${most.toLocaleString('en')} are chosen`,
          text: 'Narrow the list to reach the others.',
        });
    } catch (error) {
      toasts.failed('Not all of them were chosen', error);
    } finally {
      this.isGathering = false;
    }
  }

  clear(): void {
    this.isOn = false;
    this.#anchor = null;
    this.#bySlug.clear();
  }
}
