import type { CategoryName, JobView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';

/** The work under way for one entity. */
export class Renders {
  #of: { category: CategoryName; slug: string };
  /** Ids of a batch's jobs in their order: a job itself does not say which of how many it is. */
  #batches = new SvelteMap<string, readonly string[]>();
  /** What this tab has asked for. */
  #own = new Set<string>();

  running = $derived(jobs.running.filter((job) => this.#isMine(job)));
  waiting = $derived(jobs.waiting.filter((job) => this.#isMine(job)));
  /** What a person looks at: what renders, else what is next. */
  current = $derived<JobView | undefined>(this.running[0] ?? this.waiting[0]);
  failed = $derived(jobs.failed.find((job) => this.#isMine(job)));

  constructor(of: { category: CategoryName; slug: string }) {
    this.#of = of;
  }

  submitted(batchId: string, batch: readonly JobView[]): void {
    this.#batches.set(
      batchId,
      batch.map((job) => job.id),
    );
    for (const job of batch) this.#own.add(job.id);
  }

  isOwn(jobId: string | null): boolean {
    return jobId !== null && this.#own.has(jobId);
  }

  /** «picture 2 of 4»; empty for a batch of one. */
  position(job: JobView): string {
    const ids = this.#batches.get(job.batch_id) ?? [];
    return ids.length > 1 ? `picture ${ids.indexOf(job.id) + 1} of ${ids.length}` : '';
  }

  /** Asks for the batch of a job that this tab did not submit. */
  async learn(job: JobView): Promise<void> {
    if (this.#batches.has(job.batch_id)) return;
    this.#batches.set(job.batch_id, []);
    try {
      const batch = await api.batches.get(job.batch_id);
      this.#batches.set(
        job.batch_id,
        batch.jobs.map(({ id }) => id),
      );
    } catch {
      // the picture is shown without its number
    }
  }

  #isMine({ owner, kind }: JobView): boolean {
    return kind === 'image' && owner?.category === this.#of.category && owner.slug === this.#of.slug;
  }
}
