import type { CategoryFacts } from '#lib/categories.ts';
import type { ModelFileView, ModelSource } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';

const pageSize = 200;

/** Model files for one category, as far as somebody has scrolled. */
export class Files {
  readonly facts: CategoryFacts;
  readonly isNewOnly: boolean;
  readonly q: string;
  items = $state.raw<readonly ModelFileView[]>([]);
  source = $state.raw<ModelSource | null>(null);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #cursor = $state.raw<string | null>(null);
  hasMore = $derived(!this.isLoaded || this.#cursor !== null);
  #loading: Promise<void> | null = null;

  constructor(facts: CategoryFacts, isNewOnly: boolean, q: string) {
    this.facts = facts;
    this.isNewOnly = isNewOnly;
    this.q = q;
  }

  loadMore = (): Promise<void> => {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  };

  /** Everything to the end: what «all» means. */
  async loadAll(): Promise<void> {
    while (this.hasMore && this.error === null) await this.loadMore();
  }

  async #load(): Promise<void> {
    const { facts, q, isNewOnly } = this;
    try {
      const page = await api.models.list({
        kind: facts.generation.kind === 'checkpoint' ? 'checkpoint' : 'lora',
        category: facts.name,
        filter: isNewOnly ? 'orphans' : 'all',
        ...(q === '' ? {} : { q }),
        ...(this.#cursor === null ? {} : { cursor: this.#cursor }),
        limit: pageSize,
      });
      this.items = [...this.items, ...page.items.filter((file) => !file.is_missing)];
      this.source = page.source;
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}
