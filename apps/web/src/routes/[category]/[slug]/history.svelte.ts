import type { CategoryName, EntityDetail, RevisionDetail, RevisionView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The changes of one entity's file, newest first, and the way back to any of them. */
export class EntityHistory {
  readonly #category: CategoryName;
  readonly #slug: string;
  items = $state.raw<readonly RevisionView[]>([]);
  isLoaded = $state(false);
  error = $state.raw<unknown>(null);
  #cursor = $state.raw<string | null>(null);
  hasMore = $derived(this.#cursor !== null);
  details = new SvelteMap<string, RevisionDetail | { error: unknown }>();

  constructor(of: { category: CategoryName; slug: string }) {
    this.#category = of.category;
    this.#slug = of.slug;
  }

  watch(): () => void {
    void this.load();
    return live.on('entity.changed', ({ entity }) => {
      if (entity.category === this.#category && entity.slug === this.#slug) void this.load();
    });
  }

  load = async (): Promise<void> => {
    try {
      const page = await api.editing.revisions(this.#category, this.#slug, {
        limit: Math.max(30, Math.min(200, this.items.length)),
      });
      this.items = page.items;
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  async more(): Promise<void> {
    try {
      const page = await api.editing.revisions(this.#category, this.#slug, { cursor: this.#cursor });
      this.items = [...this.items, ...page.items];
      this.#cursor = page.next_cursor;
    } catch (error) {
      toasts.failed('Older changes were not loaded', error);
    }
  }

  async open(id: string): Promise<void> {
    const known = this.details.get(id);
    if (known && !('error' in known)) return;
    try {
      this.details.set(id, await api.editing.revision(this.#category, this.#slug, id));
    } catch (error) {
      this.details.set(id, { error });
    }
  }

  /** `before`: as it was before that change; `after`: as that change left it. */
  async revert(revision: RevisionView, to: 'before' | 'after'): Promise<void> {
    try {
      const { entity } = await api.editing.revert(this.#category, this.#slug, revision.id, to);
      await this.load();
      const made = this.items[0];
      toasts.show({
        title: `${entity.name} is as it was`,
        ...(made?.after === entity.revision && made.action === 'revert'
          ? { action: { label: 'Undo', run: () => void this.#undo(made, entity) } }
          : {}),
      });
    } catch (error) {
      toasts.failed('That version was not brought back', error);
    }
  }

  async #undo(made: RevisionView, entity: EntityDetail): Promise<void> {
    try {
      await api.editing.revert(this.#category, this.#slug, made.id, 'before', { revision: entity.revision });
      await this.load();
    } catch (error) {
      toasts.failed('It stays as it is', error);
    }
  }
}

const actions: Record<RevisionView['action'], string> = {
  edit: 'Edited',
  create: 'Made',
  rename: 'Renamed',
  delete: 'Deleted',
  restore: 'Brought back',
  revert: 'Reverted',
};

/** What happened, by whom: «Edited in an editor», «Made by the language model». */
export function whatAndWho(revision: RevisionView): { what: string; who: string } {
  const what = revision.state === 'conflict' ? 'Kept aside' : actions[revision.action];
  if (revision.by.kind === 'file') return { what, who: 'from outside, in an editor' };
  if (revision.by.kind === 'llm') return { what, who: 'by the language model' };
  return { what, who: revision.by.name === '' ? 'here' : `by ${revision.by.name}` };
}
