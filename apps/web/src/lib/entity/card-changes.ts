import type { EntityCard } from '@gaze/contracts';
import { live } from '#lib/live/live.svelte.ts';

type Listener = (card: EntityCard) => void;

/** Changed cards for whoever shows one: what the server tells, and what this tab did a moment before it. */
class CardChanges {
  #listeners = new Set<Listener>();

  constructor() {
    live.on('entity.changed', ({ entity }) => this.publish(entity));
  }

  publish(card: EntityCard): void {
    for (const listener of this.#listeners) listener(card);
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

export const cardChanges = new CardChanges();
