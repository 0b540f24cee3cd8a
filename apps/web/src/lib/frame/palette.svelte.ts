import type { SearchResults } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { settings } from '#lib/live/settings.svelte.ts';

const typingMs = 140;
const perGroup = 5;

/** Looks words up in the whole house, a moment after the last key. */
export class PaletteSearch {
  results = $state.raw<SearchResults | null>(null);
  isBusy = $state(false);
  error = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #aborter: AbortController | undefined;

  look(text: string): void {
    clearTimeout(this.#timer);
    this.#aborter?.abort();
    const q = text.trim();
    if (q === '') {
      this.results = null;
      this.error = null;
      this.isBusy = false;
      return;
    }
    this.isBusy = true;
    this.#timer = setTimeout(() => void this.#ask(q), typingMs);
  }

  async #ask(q: string): Promise<void> {
    const aborter = (this.#aborter = new AbortController());
    const nsfw = settings.nsfw === 'hide' ? 'sfw' : 'all';
    try {
      this.results = await api.search.query(q, { limit: perGroup, nsfw }, { signal: aborter.signal });
      this.error = null;
    } catch (error) {
      if (aborter.signal.aborted) return;
      this.error = error;
    }
    this.isBusy = false;
  }
}
