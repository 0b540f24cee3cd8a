import type { ImageView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { imageChanges } from '#lib/lightbox/image-changes.ts';

/** The pictures that somebody has chosen. Filters do not change it: what was chosen stays chosen. */
export class PictureSelection<T extends ImageView = ImageView> {
  /** A press on a picture chooses it instead of opening it. */
  isOn = $state(false);
  #byId = new SvelteMap<string, T>();
  images = $derived([...this.#byId.values()]);
  #anchor: string | null = null;

  get size(): number {
    return this.#byId.size;
  }

  /** The one from which a range goes. */
  get anchor(): string | null {
    return this.#anchor;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  toggle(image: T): void {
    this.isOn = true;
    this.#anchor = image.id;
    if (!this.#byId.delete(image.id)) this.#byId.set(image.id, image);
  }

  add(images: readonly T[]): void {
    this.isOn = true;
    for (const image of images) this.#byId.set(image.id, image);
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.#byId.delete(id);
  }

  clear(): void {
    this.isOn = false;
    this.#anchor = null;
    this.#byId.clear();
  }

  /** Keeps the chosen pictures as they are now; gives back the way out. */
  watch(): () => void {
    return imageChanges.on({
      put: (image) => {
        const before = this.#byId.get(image.id);
        if (before) this.#byId.set(image.id, { ...before, ...image });
      },
      gone: (id) => this.#byId.delete(id),
    });
  }
}
