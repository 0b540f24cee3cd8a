import type { ProblemFile } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** The files that could not be taken over, for as long as somebody looks at them. */
export class Problems {
  list = $state.raw<readonly ProblemFile[] | null>(null);
  error = $state.raw<unknown>(null);

  /** Loads, and again whenever the list changes; gives back the way out. */
  watch(): () => void {
    void this.load();
    return live.on('problems.changed', () => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.list = (await api.problems.list()).problems;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}
