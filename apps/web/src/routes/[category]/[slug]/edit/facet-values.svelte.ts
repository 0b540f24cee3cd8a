import type { CategoryName } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';

/** What the entries of a library say in their tags, to be offered while somebody writes the same one. */
class FacetValues {
  #byFacet = new SvelteMap<string, readonly string[]>();
  #asked = new Set<CategoryName>();

  of(category: CategoryName, facet: string): readonly string[] {
    return this.#byFacet.get(`${category}/${facet}`) ?? [];
  }

  async load(category: CategoryName): Promise<void> {
    if (this.#asked.has(category)) return;
    this.#asked.add(category);
    try {
      const { facets } = await api.library.facets(category);
      for (const { key, values } of facets)
        this.#byFacet.set(
          `${category}/${key}`,
          values.map(({ label }) => label),
        );
    } catch {
      // a field without suggestions is still a field
      this.#asked.delete(category);
    }
  }
}

export const facetValues = new FacetValues();
