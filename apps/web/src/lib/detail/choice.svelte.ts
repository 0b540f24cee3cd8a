import { ApiError } from '@gaze/client';
import type { CategoryName, PageState } from '@gaze/contracts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { plainSelection, selectionFrom, stateFrom, type Selection } from './selection.ts';
import { buildStateSaver } from './state-saver.ts';

/** What is chosen on the page; the server remembers it. */
export class Choice {
  value = $state.raw<Selection>(plainSelection);
  isRestored = $state(false);
  #saver: ReturnType<typeof buildStateSaver>;
  #hasComplained = false;

  constructor(of: { category: CategoryName; slug: string }) {
    this.#saver = buildStateSaver(of, (error) => this.#complain(error));
  }

  /** Takes over what the server remembers, once: later loads must not undo what is chosen here. */
  restore(state: PageState): void {
    if (this.isRestored) return;
    this.value = selectionFrom(state);
    this.isRestored = true;
  }

  change(patch: Partial<Selection>): void {
    this.value = { ...this.value, ...patch };
    if (this.isRestored) this.#saver.soon(stateFrom(this.value));
  }

  flush = (): void => void this.#saver.flush();

  /** Said once; the banner speaks for a server that does not answer at all. */
  #complain(error: unknown): void {
    if (this.#hasComplained || (error instanceof ApiError && error.isOffline)) return;
    this.#hasComplained = true;
    toasts.failed('What you chose here is not remembered', error);
  }
}
