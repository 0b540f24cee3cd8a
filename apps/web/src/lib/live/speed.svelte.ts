import type { Progress } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { live } from './live.svelte.ts';

const mostSamples = 40;
/** Steps that arrive in one burst say nothing of the host: a sample spans at least this. */
const leastMs = 100;

interface Mark {
  jobId: string;
  step: number;
  at: number;
}

/** Steps per second of each host, as this tab has seen them since it was opened. */
class Speeds {
  /** Newest last, by host id. */
  samples = new SvelteMap<string, readonly number[]>();
  #marks = new Map<string, Mark>();

  start(): void {
    live.onProgress((progress) => this.#take(progress, performance.now()));
  }

  #take(progress: Progress, now: number): void {
    const { id } = progress.host;
    const mark = this.#marks.get(id);
    const isNext =
      mark?.jobId === progress.job_id && progress.phase === 'sampling' && progress.step > mark.step;
    if (mark && isNext && now - mark.at < leastMs) return;
    if (mark && isNext) {
      const speed = ((progress.step - mark.step) * 1000) / (now - mark.at);
      this.samples.set(id, [...(this.samples.get(id) ?? []), speed].slice(-mostSamples));
    }
    if (!mark || isNext || mark.jobId !== progress.job_id) {
      this.#marks.set(id, { jobId: progress.job_id, step: progress.step, at: now });
    }
  }

  /** Mean of the last steps; null before there are any. */
  of(hostId: string): number | null {
    const last = (this.samples.get(hostId) ?? []).slice(-8);
    return last.length === 0 ? null : last.reduce((sum, speed) => sum + speed, 0) / last.length;
  }
}

export const speeds = new Speeds();
