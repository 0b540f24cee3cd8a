import type { StorageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** What is stored and how much room is left, as it was when somebody began to look. */
export class Storage {
  view = $state.raw<StorageView | null>(null);
  error = $state.raw<unknown>(null);

  /** Loads, and again after a backup; gives back the way out. */
  watch(): () => void {
    void this.load();
    return live.on('upkeep.changed', () => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.view = await api.upkeep.storage();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}
