import type { JobStatus, JobView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

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

  constructor(kind: HistoryKind) {
    this.statuses = kind === 'all' ? over : [kind];
  }

  loadMore(): Promise<void> {
    if (!this.hasMore) return Promise.resolve();
    this.#loading ??= this.#load(this.#cursor).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(cursor: string | null): Promise<void> {
    try {
      const page = await api.jobs.list({ status: this.statuses, cursor, limit: pageSize });
      const known = new Set(cursor === null ? [] : this.items.map((job) => job.id));
      this.items =
        cursor === null ? page.items : [...this.items, ...page.items.filter((job) => !known.has(job.id))];
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
    const rest = this.items.filter((other) => other.id !== job.id);
    this.items = this.statuses.includes(job.status) ? [job, ...rest] : rest;
  }
}
