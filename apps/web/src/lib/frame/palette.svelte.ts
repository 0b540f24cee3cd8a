import type { CategoryName, EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { categoryList } from '#lib/categories.ts';

export interface Found {
  category: CategoryName;
  label: string;
  cards: readonly EntityCard[];
}

const typingMs = 140;
const perCategory = 5;

/** Looks a word up in every library, a moment after the last key. */
export class PaletteSearch {
  found = $state.raw<readonly Found[]>([]);
  isBusy = $state(false);
  error = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #aborter: AbortController | undefined;

  look(text: string): void {
    clearTimeout(this.#timer);
    this.#aborter?.abort();
    const q = text.trim();
    if (q === '') {
      this.found = [];
      this.isBusy = false;
      return;
    }
    this.isBusy = true;
    this.#timer = setTimeout(() => void this.#ask(q), typingMs);
  }

  async #ask(q: string): Promise<void> {
    const aborter = (this.#aborter = new AbortController());
    try {
      const pages = await Promise.all(
        categoryList.map(async ({ name, label }) => {
          const page = await api.library.list(name, { q, limit: perCategory }, { signal: aborter.signal });
          return { category: name, label, cards: page.items };
        }),
      );
      this.found = pages.filter(({ cards }) => cards.length > 0);
      this.error = null;
    } catch (error) {
      if (aborter.signal.aborted) return;
      this.error = error;
    }
    this.isBusy = false;
  }
}
