import type { QueueView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { live } from './live.svelte.ts';
import { News } from './news.ts';

class Queues {
  #news = new News();
  list = $state.raw<readonly QueueView[]>([]);
  image = $derived(this.list.find((queue) => queue.kind === 'image'));
  paused = $derived(this.list.length > 0 && this.list.every((queue) => queue.paused));

  start(): void {
    live.on('queue.changed', ({ queue }) => {
      this.#news.heard(queue.kind);
      this.#put(queue);
    });
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    const asked = this.#news.asked();
    try {
      for (const queue of (await api.queues.list()).queues) this.#answered(queue, asked);
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  async pause(kind: QueueView['kind'], paused: boolean): Promise<void> {
    const asked = this.#news.asked();
    const before = this.list.find((queue) => queue.kind === kind);
    this.list = this.list.map((queue) => (queue.kind === kind ? { ...queue, paused } : queue));
    try {
      this.#answered(await (paused ? api.queues.pause(kind) : api.queues.resume(kind)), asked);
    } catch (error) {
      if (before !== undefined) this.#answered(before, asked);
      toasts.failed(paused ? 'The queue was not paused' : 'The queue does not go on', error);
    }
  }

  async pauseAll(paused: boolean): Promise<void> {
    await Promise.all(this.list.map((queue) => this.pause(queue.kind, paused)));
  }

  #answered(queue: QueueView, asked: number): void {
    if (!this.#news.isNewer(queue.kind, asked)) this.#put(queue);
  }

  #put(queue: QueueView): void {
    const known = this.list.some((other) => other.kind === queue.kind);
    this.list = known
      ? this.list.map((other) => (other.kind === queue.kind ? queue : other))
      : [...this.list, queue];
  }
}

export const queues = new Queues();
