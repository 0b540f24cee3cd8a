import type { ImageView, JobStatus, JobView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';
import { live } from '#lib/live/live.svelte.ts';
import { News, mergeAnswer } from '#lib/live/news.ts';
import { keepBatches, readBatches } from './saved.ts';

const openStatuses: readonly JobStatus[] = ['waiting', 'dispatched', 'running', 'cancelling'];

/** What was queued in the generator of this browser, and the pictures that came of it. */
export class GeneratorRenders {
  #batches = $state.raw<readonly string[]>(readBatches());
  /** Every job of these batches, by batch, in their order. */
  #jobs = new SvelteMap<string, readonly JobView[]>();
  isLoaded = $state(false);
  #news = new News();

  running = $derived(jobs.running.filter((job) => this.#isMine(job)));
  waiting = $derived(jobs.waiting.filter((job) => this.#isMine(job)));
  /** What a person looks at: what renders, else what is next. */
  current = $derived<JobView | undefined>(this.running[0] ?? this.waiting[0]);
  failed = $derived(jobs.failed.find((job) => this.#isMine(job)));
  /** Newest first. */
  images = $derived.by<ImageView[]>(() =>
    [...this.#jobs.values()]
      .flat()
      .flatMap((job) => job.images)
      .sort((a, b) => b.created_at.localeCompare(a.created_at)),
  );

  submitted(batchId: string, batch: readonly JobView[]): void {
    this.#batches = [...this.#batches, batchId];
    this.#jobs.set(batchId, batch);
    keepBatches(this.#batches);
  }

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const ends = [
      live.on('job.changed', ({ job }) => this.#take(job)),
      live.on('image.changed', ({ image }) => this.#change(image)),
      live.on('image.removed', ({ image_id }) => this.#forget(image_id)),
      live.on('image.many', () => void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  async load(): Promise<void> {
    await Promise.all(this.#batches.map((id) => this.#loadBatch(id)));
    this.isLoaded = true;
  }

  /** «picture 2 of 4», in the order in which they come; empty for a batch of one. */
  position(job: JobView): string {
    const batch = this.#jobs.get(job.batch_id) ?? [];
    if (batch.length < 2) return '';
    const over = batch.filter(({ id }) => !openStatuses.includes(jobs.get(id)?.status ?? 'done')).length;
    return `picture ${Math.min(batch.length, over + 1)} of ${batch.length}`;
  }

  async #loadBatch(id: string): Promise<void> {
    const asked = this.#news.asked();
    try {
      const answer = (await api.batches.get(id)).jobs;
      const isNewer = (jobId: string): boolean => this.#news.isNewer(jobId, asked);
      this.#jobs.set(id, mergeAnswer(this.#jobs.get(id) ?? [], answer, isNewer));
    } catch {
      // a batch that history has let go of has no pictures to show here
    }
  }

  #isMine(job: JobView): boolean {
    return this.#batches.includes(job.batch_id);
  }

  #take(job: JobView): void {
    if (!this.#isMine(job)) return;
    this.#news.heard(job.id);
    const batch = this.#jobs.get(job.batch_id) ?? [];
    const known = batch.some(({ id }) => id === job.id);
    this.#jobs.set(
      job.batch_id,
      known ? batch.map((other) => (other.id === job.id ? job : other)) : [...batch, job],
    );
  }

  #change(image: ImageView): void {
    this.#rewrite(image.id, (images) => images.map((other) => (other.id === image.id ? image : other)));
  }

  #forget(imageId: string): void {
    this.#rewrite(imageId, (images) => images.filter(({ id }) => id !== imageId));
  }

  #rewrite(imageId: string, made: (images: JobView['images']) => JobView['images']): void {
    for (const [batchId, batch] of this.#jobs) {
      const ofJob = batch.find((job) => job.images.some(({ id }) => id === imageId));
      if (ofJob === undefined) continue;
      this.#news.heard(ofJob.id);
      const changed = { ...ofJob, images: made(ofJob.images) };
      this.#jobs.set(
        batchId,
        batch.map((job) => (job === ofJob ? changed : job)),
      );
    }
  }
}
