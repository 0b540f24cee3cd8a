import { api } from '#lib/api/client.ts';
import { live } from './live.svelte.ts';

/** How many results of the language model wait for a person: the figure of the rail. */
class Drafts {
  waiting = $state(0);

  start(): void {
    live.on('draft.changed', ({ waiting }) => (this.waiting = waiting));
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.waiting = (await api.drafts.list({ limit: 1 })).waiting;
    } catch {
      // the rail shows the last figure until the next reset
    }
  }
}

export const drafts = new Drafts();
