import type { CategoryName, EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { settings } from '#lib/live/settings.svelte.ts';

const calmMs = 140;
const mostShown = 60;

/** The entries of one library that fit what is typed into a picker. */
export class PickerSearch {
  items = $state.raw<readonly EntityCard[]>([]);
  isLoaded = $state(false);
  error = $state.raw<unknown>(null);
  #category: CategoryName;
  /** Given: only these are to choose from. */
  #fixed: readonly EntityCard[] | undefined;

  constructor(category: CategoryName, fixed: readonly EntityCard[] | undefined) {
    this.#category = category;
    this.#fixed = fixed;
  }

  /** Looks once typing calms down; gives back the way out. */
  look(text: string): () => void {
    const q = text.trim();
    if (this.#fixed !== undefined) {
      this.items = this.#fixed.filter((card) => card.name.toLowerCase().includes(q.toLowerCase()));
      this.isLoaded = true;
      return () => undefined;
    }
    const aborter = new AbortController();
    const timer = setTimeout(() => void this.#load(q, aborter.signal), this.isLoaded ? calmMs : 0);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }

  async #load(q: string, signal: AbortSignal): Promise<void> {
    try {
      const nsfw = settings.nsfw === 'hide' ? 'sfw' : 'all';
      const { items } = await api.library.list(this.#category, { q, nsfw, limit: mostShown }, { signal });
      this.items = items;
      this.error = null;
      this.isLoaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }
}
