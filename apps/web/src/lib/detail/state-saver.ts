import { buildClient } from '@gaze/client';
import type { CategoryName, PageState } from '@gaze/contracts';

const calmMs = 600;

/** A request that is under way when the page is left still arrives. */
const leaving = buildClient({
  baseUrl: '',
  fetch: (input, init) => fetch(input, { ...init, keepalive: true }),
});

export interface StateSaver {
  /** Saves once things have calmed down. */
  soon: (state: PageState) => void;
  /** Saves now what is not saved yet. */
  flush: () => Promise<void>;
}

/** Tells the server what to remember of an entity's page. A failed save is made up for by the next one. */
export function buildStateSaver(
  of: { category: CategoryName; slug: string },
  onFailure: (error: unknown) => void,
): StateSaver {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: PageState | null = null;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    const state = pending;
    pending = null;
    if (state === null) return;
    try {
      await leaving.entities.saveState(of.category, of.slug, state);
    } catch (error) {
      pending ??= state;
      onFailure(error);
    }
  }

  return {
    soon(state) {
      pending = state;
      clearTimeout(timer);
      timer = setTimeout(() => void flush(), calmMs);
    },
    flush,
  };
}
