import type { LlmProviderView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** The language model in force, followed while somebody looks. */
export class Model {
  view = $state.raw<LlmProviderView | null>(null);
  error = $state.raw<unknown>(null);
  isMissing = $derived(this.view?.origin === 'none');

  load = async (): Promise<void> => {
    try {
      this.view = await api.llm.provider();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const ends = [live.on('llm.changed', () => void this.load()), live.onReset(() => void this.load())];
    return () => {
      for (const end of ends) end();
    };
  }
}
