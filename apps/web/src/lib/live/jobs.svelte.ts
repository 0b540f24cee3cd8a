import type { ImageView, JobStatus, JobView, Progress } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { live } from './live.svelte.ts';
import { News } from './news.ts';
import { queues } from './queues.svelte.ts';

const openStatuses: readonly JobStatus[] = ['waiting', 'dispatched', 'running', 'cancelling'];
const recentLimit = 24;
const dismissedKey = 'gaze.tray.dismissed';

/** Every job that is not over, the last ones that are, and what the running ones look like right now. */
class Jobs {
  #byId = new SvelteMap<string, JobView>();
  progress = new SvelteMap<string, Progress>();
  /** Latent preview of a running job as a data URL. */
  previews = new SvelteMap<string, string>();
  #fronted = new SvelteMap<string, number>();
  #news = new News();
  #dismissed = $state.raw<readonly string[]>(readDismissed());
  loaded = $state(false);

  #all = $derived([...this.#byId.values()]);
  open = $derived(
    this.#all.filter((job) => openStatuses.includes(job.status)).sort((a, b) => this.#inOrder(a, b)),
  );
  #started = $derived(this.open.filter((job) => job.status === 'running' || job.status === 'cancelling'));
  /** Hosts that render something right now. */
  #busyHosts = $derived(
    new Set(this.#started.filter((job) => this.progress.has(job.id)).map((job) => job.host?.id)),
  );
  /** What renders, not what a host was given for afterwards: it takes the next job while it is at work. */
  running = $derived(this.#started.filter((job) => !this.#isNext(job)));
  #next = $derived(this.#started.filter((job) => this.#isNext(job)));
  waiting = $derived([
    ...this.#next,
    ...this.open.filter((job) => job.status === 'waiting' || job.status === 'dispatched'),
  ]);
  /** The list holds the first jobs of a long queue; the queues know how many there are. */
  waitingCount = $derived(
    Math.max(
      this.waiting.length,
      queues.list.reduce((sum, queue) => sum + queue.waiting + queue.dispatched, this.#next.length),
    ),
  );
  openCount = $derived(this.waitingCount + this.running.length);
  failed = $derived(
    this.#all
      .filter((job) => job.status === 'failed' && !this.#dismissed.includes(job.id))
      .sort((a, b) => (b.finished_at ?? '').localeCompare(a.finished_at ?? '')),
  );
  /** Newest first. */
  finished = $derived(
    this.#all
      .filter((job) => job.status === 'done' && job.images.length > 0)
      .sort((a, b) => (b.finished_at ?? '').localeCompare(a.finished_at ?? ''))
      .slice(0, recentLimit),
  );
  /** The job whose picture will be the cover of an entity, by `category/slug`: cards show it while it renders. */
  renderingCover = $derived(
    new Map(
      this.running
        .filter((job) => job.sets_cover && job.owner)
        .map((job) => [`${job.owner?.category}/${job.owner?.slug}`, job] as const),
    ),
  );

  start(): void {
    live.on('job.changed', ({ job }) => {
      this.#news.heard(job.id);
      this.put(job);
    });
    live.onProgress((progress) => this.progress.set(progress.job_id, progress));
    live.onPreview(({ job_id, mime, data }) => this.previews.set(job_id, `data:${mime};base64,${data}`));
    // pictures that are marked or thrown away look so in the tray, too
    live.on('image.changed', ({ image }) => this.#changeImages((one) => (one.id === image.id ? image : one)));
    live.on('image.removed', ({ image_id: id }) => this.#changeImages((one) => (one.id === id ? null : one)));
    live.onReset(() => void this.load());
  }

  #changeImages(change: (image: ImageView) => ImageView | null): void {
    for (const job of this.#byId.values()) {
      const images = job.images.flatMap((image) => change(image) ?? []);
      const isChanged = images.length !== job.images.length || images.some((one, i) => one !== job.images[i]);
      if (isChanged) this.#byId.set(job.id, { ...job, images });
    }
  }

  async load(): Promise<void> {
    const asked = this.asked();
    try {
      const [open, recent] = await Promise.all([
        api.jobs.list({ status: openStatuses, limit: 200 }),
        api.jobs.list({ status: ['done', 'failed'], limit: recentLimit }),
      ]);
      for (const id of this.#byId.keys()) if (!this.#news.isNewer(id, asked)) this.#byId.delete(id);
      this.take([...recent.items, ...open.items], asked);
      this.loaded = true;
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  get(id: string): JobView | undefined {
    return this.#byId.get(id);
  }

  /** A mark to take before a request whose answer goes to `take`. */
  asked(): number {
    return this.#news.asked();
  }

  /** Takes the jobs of an answer, save those that an event has changed since the question: the event is newer. */
  take(answered: readonly JobView[], asked: number): void {
    for (const job of answered) if (!this.#news.isNewer(job.id, asked)) this.put(job);
  }

  put(job: JobView): void {
    this.#byId.set(job.id, job);
    if (!openStatuses.includes(job.status)) {
      this.progress.delete(job.id);
      this.previews.delete(job.id);
      this.#fronted.delete(job.id);
      this.#forgetOld();
    }
  }

  async cancel(job: JobView): Promise<void> {
    const asked = this.asked();
    this.put({ ...job, status: job.status === 'waiting' ? 'cancelled' : 'cancelling' });
    try {
      this.take((await api.jobs.cancel(job.id)).jobs, asked);
    } catch (error) {
      this.take([job], asked);
      toasts.failed(`${job.label} was not cancelled`, error);
    }
  }

  async cancelMany(of: { batch_id: string } | { all_waiting: true }): Promise<void> {
    const asked = this.asked();
    try {
      this.take((await api.jobs.cancelMany(of)).jobs, asked);
    } catch (error) {
      toasts.failed('The jobs were not cancelled', error);
    }
  }

  async retry(job: JobView): Promise<void> {
    const asked = this.asked();
    try {
      const again = await api.jobs.retry(job.id);
      if (again.id !== job.id) this.dismiss(job);
      this.take([again], asked);
    } catch (error) {
      toasts.failed(`${job.label} was not queued again`, error);
    }
  }

  async toFront(job: JobView): Promise<void> {
    const asked = this.asked();
    this.#fronted.set(job.id, Date.now());
    try {
      this.take([await api.jobs.toFront(job.id)], asked);
    } catch (error) {
      this.#fronted.delete(job.id);
      toasts.failed(`${job.label} did not move to the front`, error);
    }
  }

  /** Takes a failed job out of the tray; the queue page still has it. */
  dismiss(job: JobView): void {
    this.#dismissed = [...this.#dismissed, job.id].slice(-200);
    localStorage.setItem(dismissedKey, JSON.stringify(this.#dismissed));
  }

  /** What was moved to the front here, then the lane in which a person waits, then the oldest. */
  #inOrder(a: JobView, b: JobView): number {
    return (
      (this.#fronted.get(b.id) ?? 0) - (this.#fronted.get(a.id) ?? 0) ||
      Number(a.lane === 'batch') - Number(b.lane === 'batch') ||
      a.created_at.localeCompare(b.created_at)
    );
  }

  #isNext(job: JobView): boolean {
    return job.status === 'running' && !this.progress.has(job.id) && this.#busyHosts.has(job.host?.id);
  }

  #forgetOld(): void {
    const over = [...this.#byId.values()].filter((job) => !openStatuses.includes(job.status));
    if (over.length < recentLimit * 4) return;
    over.sort((a, b) => (a.finished_at ?? '').localeCompare(b.finished_at ?? ''));
    for (const job of over.slice(0, over.length - recentLimit * 2)) {
      this.#byId.delete(job.id);
      this.#news.forget(job.id);
    }
  }
}

function readDismissed(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(dismissedKey) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export const jobs = new Jobs();
