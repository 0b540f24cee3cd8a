import type { CategoryName, GenerateMissingReply, JobView } from '@gaze/contracts';
import { ApiError } from '@gaze/client';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { News } from '#lib/live/news.ts';

/** What a tab remembers of a run; everything else is asked for. */
interface Kept {
  batchId: string;
  title: string;
  /** Those that could not be queued at all, by name, and why. */
  refused: readonly { name: string; reason: string }[];
}

const keyOf = (category: CategoryName): string => `gaze.run.${category}`;
const ended = new Set(['done', 'failed', 'cancelled']);
const byName = (a: JobView, b: JobView): number => nameOf(a).localeCompare(nameOf(b));

export function nameOf(job: JobView): string {
  return job.owner?.name ?? job.label;
}

/** The last work over many entities of one library. It survives a reload: the browser keeps its batch, the server its jobs. */
export class Run {
  readonly category: CategoryName;
  kept = $state.raw<Kept | null>(null);
  error = $state.raw<unknown>(null);
  #jobs = new SvelteMap<string, JobView>();
  #news = new News();
  isLoaded = $state(false);
  #sorted = $derived([...this.#jobs.values()].sort(byName));
  running = $derived(this.#sorted.filter((job) => job.status === 'running' || job.status === 'cancelling'));
  done = $derived(this.#sorted.filter((job) => job.status === 'done'));
  failed = $derived(this.#sorted.filter((job) => job.status === 'failed'));
  cancelled = $derived(this.#sorted.filter((job) => job.status === 'cancelled'));
  total = $derived(this.#sorted.length);
  isOver = $derived(this.isLoaded && this.#sorted.every((job) => ended.has(job.status)));

  constructor(category: CategoryName) {
    this.category = category;
  }

  /** Follows the run; gives back the way out. */
  watch(): () => void {
    this.#read();
    const onStorage = (event: StorageEvent): void => {
      if (event.key === keyOf(this.category)) this.#read();
    };
    addEventListener('storage', onStorage);
    const ends = [
      live.on('job.changed', ({ job }) => {
        if (job.batch_id !== this.kept?.batchId) return;
        this.#news.heard(job.id);
        this.#jobs.set(job.id, job);
      }),
      live.onReset(() => void this.load()),
    ];
    return () => {
      removeEventListener('storage', onStorage);
      for (const end of ends) end();
    };
  }

  start(title: string, reply: GenerateMissingReply, names: ReadonlyMap<string, string>): void {
    if (reply.batch_id === null) return;
    const refused = reply.entries.flatMap(({ slug, problem }) =>
      problem === null ? [] : [{ name: names.get(slug) ?? slug, reason: problem.detail }],
    );
    localStorage.setItem(
      keyOf(this.category),
      JSON.stringify({ batchId: reply.batch_id, title, refused } satisfies Kept),
    );
    this.#read();
  }

  /** Takes the card away; the queue page still has the jobs. */
  dismiss(): void {
    localStorage.removeItem(keyOf(this.category));
    this.#read();
  }

  load = async (): Promise<void> => {
    const batchId = this.kept?.batchId;
    if (batchId === undefined) return;
    const asked = this.#news.asked();
    try {
      const { jobs } = await api.batches.get(batchId);
      if (this.kept?.batchId !== batchId) return;
      for (const job of jobs) if (!this.#news.isNewer(job.id, asked)) this.#jobs.set(job.id, job);
      this.isLoaded = true;
      this.error = null;
    } catch (error) {
      // a run whose history was cleared has nothing more to tell
      if (error instanceof ApiError && error.status === 404) this.dismiss();
      else this.error = error;
    }
  };

  #read(): void {
    const kept = readKept(localStorage.getItem(keyOf(this.category)));
    if (kept?.batchId === this.kept?.batchId && kept !== null) return;
    this.kept = kept;
    this.isLoaded = false;
    this.#jobs.clear();
    void this.load();
  }
}

function readKept(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Kept | null;
    return typeof kept?.batchId === 'string' && Array.isArray(kept.refused) ? kept : null;
  } catch {
    return null;
  }
}
