import type { GenerationDefaults } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** Template and checkpoint that prompts are composed with. */
export class Surroundings {
  value = $state.raw<GenerationDefaults | null>(null);
  error = $state.raw<unknown>(null);
  #checkpoint: string | null = null;
  #asked = 0;

  /** @param checkpoint path or slug; null: the default one */
  async load(checkpoint: string | null = this.#checkpoint): Promise<void> {
    this.#checkpoint = checkpoint;
    const asked = ++this.#asked;
    try {
      const value = await api.prompts.defaults(checkpoint ?? undefined);
      if (asked !== this.#asked) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (asked === this.#asked) this.error = error;
    }
  }

  watch(): () => void {
    const ends = [
      live.on('setting.changed', ({ key }) => key === 'default_checkpoint' && void this.load()),
      live.on('entity.changed', ({ entity }) => entity.category === 'checkpoints' && void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}
