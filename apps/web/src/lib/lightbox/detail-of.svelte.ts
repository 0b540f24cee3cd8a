import type { ImageDetail } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { imageChanges } from './image-changes.ts';

/** All that is known of the picture that somebody looks at; the one before stays until the next has come. */
export class DetailOf {
  detail = $state.raw<ImageDetail | null>(null);
  error = $state.raw<unknown>(null);

  /** Loads a picture; gives back the way out. */
  want(id: string | null): () => void {
    this.error = null;
    const aborter = new AbortController();
    if (id !== null)
      api.images.get(id, { signal: aborter.signal }).then(
        (loaded) => (this.detail = loaded),
        (reason: unknown) => {
          if (!aborter.signal.aborted) this.error = reason;
        },
      );
    return () => aborter.abort();
  }

  /** Follows its marks; gives back the way out. */
  watch(): () => void {
    return imageChanges.on({
      put: (image) => {
        if (this.detail?.id === image.id) this.detail = { ...this.detail, ...image };
      },
      gone: () => undefined,
    });
  }
}
