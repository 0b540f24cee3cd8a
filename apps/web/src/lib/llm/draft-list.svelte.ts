import type { CategoryName, DraftView } from '@gaze/contracts';
import { ApiError } from '@gaze/client';
import { api } from '#lib/api/client.ts';
import { entityHref } from '#lib/categories.ts';
import { live } from '#lib/live/live.svelte.ts';
import { News, mergeAnswer } from '#lib/live/news.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

export interface DraftFilter {
  category?: CategoryName | undefined;
  batch_id?: string | undefined;
}

const pageSize = 50;

/** Results that wait for a person, newest first, followed while somebody looks. What is decided goes at once. */
export class DraftList {
  readonly filter: DraftFilter;
  items = $state.raw<readonly DraftView[]>([]);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  /** Why a draft could not be applied: somebody changed the same fields. */
  conflicts = $state.raw<ReadonlyMap<string, string>>(new Map());
  #cursor = $state.raw<string | null>(null);
  hasMore = $derived(this.#cursor !== null);
  #decided = new Set<string>();
  #news = new News();

  constructor(filter: DraftFilter) {
    this.filter = filter;
  }

  load = async (): Promise<void> => {
    const asked = this.#news.asked();
    try {
      const page = await api.drafts.list({ ...this.filter, limit: pageSize });
      const waiting = page.items.filter(({ id }) => !this.#decided.has(id));
      this.items = mergeAnswer(this.items, waiting, (id) => this.#news.isNewer(id, asked));
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  loadMore = async (): Promise<void> => {
    if (this.#cursor === null) return;
    try {
      const page = await api.drafts.list({ ...this.filter, limit: pageSize, cursor: this.#cursor });
      const known = new Set(this.items.map(({ id }) => id));
      this.items = [
        ...this.items,
        ...page.items.filter(({ id }) => !known.has(id) && !this.#decided.has(id)),
      ];
      this.#cursor = page.next_cursor;
    } catch (error) {
      toasts.failed('The next drafts were not loaded', error);
    }
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const ends = [
      live.on('draft.changed', ({ draft }) => {
        if (draft !== null) this.#news.heard(draft.id);
        if (draft === null) void this.load();
        else if (draft.state === 'waiting') void this.#take(draft.id);
        else this.#drop(draft.id);
      }),
      live.onReset(() => void this.load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** `pointers`: these changes and no others. `overwrite`: also over what somebody changed meanwhile. */
  async apply(draft: DraftView, pointers: readonly string[] | null, overwrite = false): Promise<void> {
    this.#decide(draft.id);
    try {
      const { entity, merged } = await api.drafts.apply(draft.id, {
        ...(pointers === null ? {} : { pointers: [...pointers] }),
        ...(overwrite ? { overwrite } : {}),
      });
      toasts.show({
        title: `${entity.name} is written`,
        ...(merged ? { text: 'Edits of other fields were kept.' } : {}),
        action: { label: 'Undo', run: () => void undo(entity, draft) },
      });
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'conflict')
        this.conflicts = new Map(this.conflicts).set(draft.id, error.problem.detail);
      else toasts.failed(`${draft.name} was not written`, error);
      this.#bringBack(draft);
    }
  }

  async discard(draft: DraftView): Promise<void> {
    this.#decide(draft.id);
    try {
      await api.drafts.discard(draft.id);
    } catch (error) {
      toasts.failed(`The draft of ${draft.name} was not dropped`, error);
      this.#bringBack(draft);
    }
  }

  /** All that this list would show, also beyond its end. */
  async decideAll(decision: 'apply' | 'discard'): Promise<void> {
    const before = this.items;
    this.items = [];
    try {
      const { decided } = await api.drafts.decide({ decision, ...this.filter });
      const many = `${decided.toLocaleString('en')} ${decided === 1 ? 'draft' : 'drafts'}`;
      toasts.show({
        title: decision === 'apply' ? `${many} on the way into the library` : `${many} dropped`,
      });
      await this.load();
    } catch (error) {
      this.items = before;
      toasts.failed(
        decision === 'apply' ? 'The drafts were not applied' : 'The drafts were not dropped',
        error,
      );
    }
  }

  async #take(id: string): Promise<void> {
    try {
      const draft = await api.drafts.get(id);
      if (draft.state === 'waiting' && this.#isMine(draft)) this.#put(draft);
    } catch {
      // it was decided about meanwhile; the next load shows what is there
    }
  }

  #isMine({ category, batch_id: batch }: DraftView): boolean {
    const { filter } = this;
    return (
      (filter.category === undefined || filter.category === category) &&
      (filter.batch_id === undefined || filter.batch_id === batch)
    );
  }

  /** A newer draft of the same entry has taken the place of an older one. */
  #put(draft: DraftView): void {
    this.#decided.delete(draft.id);
    const rest = this.items.filter(
      (other) =>
        other.id !== draft.id &&
        (draft.slug === null || other.category !== draft.category || other.slug !== draft.slug),
    );
    const at = rest.findIndex((other) => other.created_at < draft.created_at);
    this.items = at === -1 ? [...rest, draft] : rest.toSpliced(at, 0, draft);
  }

  #decide(id: string): void {
    this.#decided.add(id);
    this.#drop(id);
  }

  #bringBack(draft: DraftView): void {
    this.#decided.delete(draft.id);
    this.#put(draft);
  }

  #drop(id: string): void {
    this.items = this.items.filter((draft) => draft.id !== id);
  }
}

/** Takes the draft's own revision back, whatever came after it; a new entry goes into the trash. */
async function undo(
  { category, slug, name }: { category: CategoryName; slug: string; name: string },
  draft: DraftView,
): Promise<void> {
  const isNew = draft.slug === null;
  try {
    if (isNew) await api.editing.remove(category, slug);
    else {
      const { items } = await api.editing.revisions(category, slug, { limit: 20 });
      const mine = items.find(({ by }) => by.kind === 'llm' && by.name === draft.id);
      if (mine) await api.editing.revert(category, slug, mine.id, 'before');
    }
    toasts.show({ title: isNew ? `${name} is in the trash` : `${name} is as it was` });
  } catch (error) {
    toasts.failed(`${name} was not taken back`, error);
  }
}

export const hrefOfDraft = (draft: DraftView): string | null =>
  draft.slug === null ? null : entityHref({ category: draft.category, slug: draft.slug });
