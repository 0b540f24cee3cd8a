import type { SearchFilter } from '@gaze/client';
import type { SearchResults } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { imageChanges } from '#lib/lightbox/image-changes.ts';

const typingMs = 160;

/** What was found; the results before stay until the next ones come. */
export class Found {
  results = $state.raw<SearchResults | null>(null);
  /** The words that the results are of. */
  q = $state('');
  isBusy = $state(false);
  error = $state.raw<unknown>(null);

  /** Asks a moment after the last key; gives back the way out. */
  look(q: string, filter: SearchFilter): () => void {
    const words = q.trim();
    if (words === '') {
      this.results = null;
      this.q = '';
      this.isBusy = false;
      this.error = null;
      return () => undefined;
    }
    this.isBusy = true;
    const aborter = new AbortController();
    const timer = setTimeout(
      () => void this.#ask(words, filter, aborter.signal),
      this.q === '' ? 0 : typingMs,
    );
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }

  async #ask(q: string, filter: SearchFilter, signal: AbortSignal): Promise<void> {
    try {
      this.results = await api.search.query(q, filter, { signal });
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.q = q;
    this.isBusy = false;
  }

  /** Follows the marks of pictures; gives back the way out. */
  watch(): () => void {
    return imageChanges.on({
      put: (image) => this.#change((hit) => (hit.image.id === image.id ? { ...hit, image } : hit)),
      gone: (id) => this.#change((hit) => (hit.image.id === id ? null : hit)),
    });
  }

  #change(change: (hit: ImageHit) => ImageHit | null): void {
    const { results } = this;
    if (!results?.images) return;
    const items = results.images.items.flatMap((hit) => change(hit) ?? []);
    this.results = { ...results, images: { ...results.images, items } };
  }
}

type ImageHit = NonNullable<SearchResults['images']>['items'][number];
