import type { EntityCard, GenerationDefaults } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from './live.svelte.ts';
import { settings } from './settings.svelte.ts';

/** The checkpoints to choose from, and the one that counts where nobody chooses. */
class Checkpoints {
  list = $state.raw<readonly EntityCard[]>([]);
  current = $state.raw<GenerationDefaults['checkpoint'] | null>(null);
  currentCard = $derived(this.list.find((card) => card.slug === this.current?.slug));

  start(): void {
    live.on('setting.changed', ({ key }) => {
      if (key === 'default_checkpoint') void this.#loadCurrent();
    });
    live.on('library.changed', ({ category }) => {
      if (category === 'checkpoints') void this.load();
    });
    live.on('entity.changed', ({ entity }) => {
      if (entity.category === 'checkpoints') {
        this.list = this.list.map((card) => (card.slug === entity.slug ? entity : card));
      }
    });
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    await Promise.all([this.#loadList(), this.#loadCurrent()]);
  }

  /** A checkpoint's id is its path below ComfyUI's checkpoint folder: what the setting holds. */
  async choose(card: EntityCard): Promise<void> {
    await settings.save({ default_checkpoint: card.id }, 'The default checkpoint');
    await this.#loadCurrent();
  }

  async #loadList(): Promise<void> {
    try {
      this.list = (await api.library.list('checkpoints', { limit: 200, sort: 'favourite' })).items;
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  async #loadCurrent(): Promise<void> {
    try {
      this.current = (await api.prompts.defaults()).checkpoint;
    } catch {
      this.current = null;
    }
  }
}

export const checkpoints = new Checkpoints();
