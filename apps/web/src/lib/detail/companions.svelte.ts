import { ApiError } from '@gaze/client';
import type { EntityDetail } from '@gaze/contracts';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { companionId } from './marks.ts';
import type { Ref } from './wanted.ts';

/** The entities that come along, with the data that prompts are composed of. */
export class Companions {
  #byId = new SvelteMap<string, EntityDetail>();
  #asked = new Set<string>();
  /** Ids of those that the library does not have. */
  missing = new SvelteSet<string>();
  list = $derived([...this.#byId.values()]);

  get(ref: Ref): EntityDetail | undefined {
    return this.#byId.get(companionId(ref));
  }

  /** Loads those that are not there yet. */
  want(refs: readonly Ref[]): void {
    for (const ref of refs) {
      const id = companionId(ref);
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      void this.#load(ref);
    }
  }

  /** Follows what is loaded; gives back the way out. */
  watch(): () => void {
    const ends = [
      live.on('entity.changed', ({ entity }) => {
        if (this.#byId.has(companionId(entity)) || this.missing.has(companionId(entity)))
          void this.#load(entity);
      }),
      live.on('entity.removed', (event) => {
        if (this.#byId.delete(companionId(event))) this.missing.add(companionId(event));
      }),
      live.onReset(() => {
        for (const entity of this.list) void this.#load(entity);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  async #load({ category, slug }: Ref): Promise<void> {
    const id = companionId({ category, slug });
    try {
      this.#byId.set(id, await api.entities.get(category, slug));
      this.missing.delete(id);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.#byId.delete(id);
        this.missing.add(id);
      } else {
        // asked again with the next change of the choice, or by the next reset
        this.#asked.delete(id);
      }
    }
  }
}
