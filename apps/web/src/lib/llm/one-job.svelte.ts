import type { DraftView, JobDetail } from '@gaze/contracts';
import { ApiError } from '@gaze/client';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { LastAsked } from '#lib/live/news.ts';

/** One job of the language model, with the draft that it left, followed while somebody looks. */
export class OneJob {
  readonly id: string;
  job = $state.raw<JobDetail | null>(null);
  draft = $state.raw<DraftView | null>(null);
  error = $state.raw<unknown>(null);
  isOver = $derived(this.job !== null && ['done', 'failed', 'cancelled'].includes(this.job.status));

  #questions = new LastAsked();

  constructor(id: string) {
    this.id = id;
  }

  load = async (): Promise<void> => {
    const isLast = this.#questions.begin();
    try {
      const job = await api.jobs.get(this.id);
      if (!isLast()) return;
      this.job = job;
      this.error = null;
      const draft = job.status === 'done' ? await draftOf(this.id) : this.draft;
      if (isLast()) this.draft = draft;
    } catch (error) {
      if (isLast()) this.error = error;
    }
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const ends = [
      live.on('job.changed', ({ job }) => {
        if (job.id === this.id) void this.load();
      }),
      live.on('draft.changed', ({ draft }) => {
        if (draft === null || draft.id === this.id) void this.load();
      }),
      live.onReset(() => void this.load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}

/** A job that changed nothing left none. */
async function draftOf(id: string): Promise<DraftView | null> {
  try {
    return await api.drafts.get(id);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
