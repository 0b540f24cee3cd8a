import type { JobView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { News } from '#lib/live/news.ts';

/** The jobs of one request to the language model, followed until they are over. The address names it, so a reload goes on. */
export class LlmRun {
  readonly id: string;
  error = $state.raw<unknown>(null);
  isLoaded = $state(false);
  #jobs = new SvelteMap<string, JobView>();
  #news = new News();
  all = $derived([...this.#jobs.values()].sort((a, b) => titleOf(a).localeCompare(titleOf(b))));
  running = $derived(this.all.filter((job) => job.status === 'running' || job.status === 'cancelling'));
  done = $derived(this.all.filter((job) => job.status === 'done'));
  failed = $derived(this.all.filter((job) => job.status === 'failed'));
  cancelled = $derived(this.all.filter((job) => job.status === 'cancelled'));
  over = $derived(this.done.length + this.failed.length + this.cancelled.length);
  left = $derived(this.all.length - this.over);
  isOver = $derived(this.isLoaded && this.left === 0);

  constructor(id: string) {
    this.id = id;
  }

  load = async (): Promise<void> => {
    const asked = this.#news.asked();
    try {
      const { jobs } = await api.batches.get(this.id);
      for (const job of jobs) if (!this.#news.isNewer(job.id, asked)) this.#jobs.set(job.id, job);
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const ends = [
      live.on('job.changed', ({ job }) => {
        if (job.batch_id !== this.id) return;
        this.#news.heard(job.id);
        this.#jobs.set(job.id, job);
      }),
      live.onReset(() => void this.load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}

/** What a job is about, without the words that all of a run share. */
export function titleOf(job: JobView): string {
  return job.owner?.name ?? job.label;
}
