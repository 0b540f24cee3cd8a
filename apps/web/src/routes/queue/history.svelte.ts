import type { JobStatus, JobView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { News, mergeAnswer } from '#lib/live/news.ts';

export const historyKinds = ['all', 'done', 'failed', 'cancelled'] as const;
export type HistoryKind = (typeof historyKinds)[number];

const pageSize = 50;
const over: readonly JobStatus[] = ['done', 'failed', 'cancelled'];

/** Jobs that are over, newest first, as far as somebody has scrolled. */
export class History {
  readonly statuses: readonly JobStatus[];
  items = $state.raw<readonly JobView[]>([]);
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #cursor = $state.raw<string | null>(null);
  hasMore = $derived(!this.isLoaded || this.#cursor !== null);
  #loading: Promise<void> | null = null;
  #news = new News();

  constructor(kind: HistoryKind) {
    this.statuses = kind === 'all' ? over : [kind];
  }

  loadMore(): Promise<void> {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#load(this.#cursor).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(cursor: string | null): Promise<void> {
    const asked = this.#news.asked();
    const isNewer = (id: string): boolean => this.#news.isNewer(id, asked);
    try {
      const page = await api.jobs.list({ status: this.statuses, cursor, limit: pageSize });
      const known = new Set(this.items.map((job) => job.id));
      this.items =
        cursor === null
          ? mergeAnswer(this.items, page.items, isNewer)
          : [...this.items, ...page.items.filter(({ id }) => !known.has(id) && !isNewer(id))];
      this.#cursor = page.next_cursor;
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  retry(): void {
    this.error = null;
    void this.loadMore();
  }

  /** Follows the socket while somebody looks; gives back the way out. */
  watch(): () => void {
    const ends = [
      live.on('job.changed', ({ job }) => this.#put(job)),
      live.onReset(() => {
        if (this.isLoaded) void this.#load(null);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #put(job: JobView): void {
    this.#news.heard(job.id);
    const rest = this.items.filter((other) => other.id !== job.id);
    this.items = this.statuses.includes(job.status) ? [job, ...rest] : rest;
  }
}
