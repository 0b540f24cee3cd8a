import type { ImageView } from '@gaze/contracts';
import { live } from '#lib/live/live.svelte.ts';

interface Listener {
  /** New or changed. */
  put: (image: ImageView) => void;
  /** In the trash, or its file is gone. */
  gone: (id: string) => void;
}

/** Changed pictures for whoever shows one: what the server tells, and what this tab did a moment before it. */
class ImageChanges {
  #listeners = new Set<Listener>();

  constructor() {
    live.on('image.created', ({ image }) => this.put(image));
    live.on('image.changed', ({ image }) => this.put(image));
    live.on('image.removed', ({ image_id }) => this.gone(image_id));
  }

  put(image: ImageView): void {
    for (const listener of this.#listeners) listener.put(image);
  }

  gone(id: string): void {
    for (const listener of this.#listeners) listener.gone(id);
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

export const imageChanges = new ImageChanges();
