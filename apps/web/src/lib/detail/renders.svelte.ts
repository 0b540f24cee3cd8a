import type { CategoryName, JobStatus, JobView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';

const openStatuses: readonly JobStatus[] = ['waiting', 'dispatched', 'running', 'cancelling'];
/** A job that the tab does not know any more is long over. */
const isOpen = (job: JobView | undefined): boolean => job !== undefined && openStatuses.includes(job.status);

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

  /** «picture 2 of 4», in the order in which they come; empty for a batch of one. */
  position(job: JobView): string {
    const ids = this.#batches.get(job.batch_id) ?? [];
    if (ids.length < 2) return '';
    const ahead = this.running.filter(
      (other) => other.batch_id === job.batch_id && other !== job && job.status !== 'running',
    );
    const over = ids.filter((id) => !isOpen(jobs.get(id)));
    return `picture ${Math.min(ids.length, over.length + ahead.length + 1)} of ${ids.length}`;
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
