import type { CategoryName, FacetView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** What a category can be narrowed by, with counts. Kept by category, so that going back shows them at once. */
class Facets {
  #kept = $state.raw<Partial<Record<CategoryName, { total: number; facets: readonly FacetView[] }>>>({});

  constructor() {
    live.on('library.changed', ({ category }) => {
      if (this.#kept[category]) void this.load(category);
    });
  }

  of(category: CategoryName): { total: number; facets: readonly FacetView[] } | undefined {
    return this.#kept[category];
  }

  async load(category: CategoryName): Promise<void> {
    try {
      const view = await api.library.facets(category);
      // Read after the answer: an effect that read it before would ask again with every answer.
      this.#kept = { ...this.#kept, [category]: view };
    } catch {
      // the list itself tells what is wrong; it works without facets
    }
  }
}

export const facets = new Facets();
