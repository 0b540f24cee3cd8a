import type { TagHit } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { typedAt, type Typed } from './complete.ts';

const calmMs = 70;
const mostShown = 12;
const mostKept = 200;
const leastLetters = 2;

/** Answers of this tab: people type the same beginnings again and again. */
const answers = new Map<string, readonly TagHit[]>();

/** The tags that fit what is being typed. */
export class Completion {
  hits = $state.raw<readonly TagHit[]>([]);
  typed = $state.raw<Typed | null>(null);
  current = $state(0);
  isOpen = $derived(this.hits.length > 0 && this.typed !== null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #aborter = new AbortController();

  /** Follows the caret of a text; `asked`: somebody wants to see tags for a single letter, too. */
  look(text: string, caret: number, asked = false): void {
    const typed = typedAt(text, caret);
    this.#drop();
    if (typed === null || (!asked && typed.query.trim().length < leastLetters)) {
      this.close();
      return;
    }
    this.typed = typed;
    const known = answers.get(keyOf(typed.query));
    if (known !== undefined) this.#show(known);
    else this.#timer = setTimeout(() => void this.#ask(typed.query, this.#aborter.signal), calmMs);
  }

  close(): void {
    this.#drop();
    this.hits = [];
    this.typed = null;
  }

  move(by: number): void {
    this.current = (this.current + by + this.hits.length) % this.hits.length;
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#aborter.abort();
    this.#aborter = new AbortController();
  }

  async #ask(query: string, signal: AbortSignal): Promise<void> {
    try {
      const { tags } = await api.tags.suggest(query.trim(), { limit: mostShown }, { signal });
      if (answers.size >= mostKept) answers.clear();
      answers.set(keyOf(query), tags);
      if (!signal.aborted) this.#show(tags);
    } catch {
      // typing goes on without help; the banner speaks for a server that does not answer
      if (!signal.aborted) this.close();
    }
  }

  #show(hits: readonly TagHit[]): void {
    this.hits = hits;
    this.current = 0;
  }
}

const keyOf = (query: string): string => query.trim().toLowerCase();
