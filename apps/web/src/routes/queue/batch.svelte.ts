import type { JobStatus, JobView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** All jobs of one batch, those that are over too: what a bar with a tick for every job is drawn from. */
export class Batch {
  readonly id: string;
  #jobs = new SvelteMap<string, JobView>();
  jobs = $derived([...this.#jobs.values()].sort((a, b) => rank[a.status] - rank[b.status]));
  done = $derived(this.#count('done'));
  failed = $derived(this.#count('failed'));
  running = $derived(this.#count('running'));
  waiting = $derived(this.#count('waiting') + this.#count('dispatched'));

  constructor(id: string) {
    this.id = id;
  }

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.#load();
    const ends = [
      live.on('job.changed', ({ job }) => {
        if (job.batch_id === this.id) this.#jobs.set(job.id, job);
      }),
      live.onReset(() => void this.#load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  async #load(): Promise<void> {
    try {
      const batch = await api.batches.get(this.id);
      for (const job of batch.jobs) this.#jobs.set(job.id, job);
    } catch {
      // the strip shows what the tray knows of the batch until the next reset
    }
  }

  #count(status: JobStatus): number {
    let count = 0;
    for (const job of this.#jobs.values()) if (job.status === status) count++;
    return count;
  }
}

/** As the ticks stand: what is over first, then what runs, then what waits. */
const rank: Record<JobStatus, number> = {
  done: 0,
  failed: 0,
  cancelled: 0,
  running: 1,
  cancelling: 1,
  dispatched: 2,
  waiting: 3,
};
