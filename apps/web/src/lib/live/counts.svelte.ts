import type { CategoryName } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from './live.svelte.ts';

/** How many entities each category has, how many pictures and faulty files there are: the figures of the rail. */
class Counts {
  byCategory = $state.raw<Partial<Record<CategoryName, number>>>({});
  images = $state<number | null>(null);
  problems = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    live.on('library.changed', () => this.#loadSoon());
    live.on('entity.removed', () => this.#loadSoon());
    live.on('image.created', () => {
      if (this.images !== null) this.images += 1;
    });
    live.on('image.removed', () => this.#loadSoon());
    live.on('image.many', () => this.#loadSoon());
    live.on('problems.changed', ({ count }) => (this.problems = count));
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    try {
      const { counts, images, problems } = await api.library.counts();
      this.byCategory = counts;
      this.images = images;
      this.problems = problems;
    } catch {
      // the rail shows no figures until the next reset
    }
  }

  /** A rescan changes thousands of entities at once; the figures are asked for once it calms down. */
  #loadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 400);
  }
}

export const counts = new Counts();
