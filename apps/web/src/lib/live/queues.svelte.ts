import type { QueueView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { live } from './live.svelte.ts';

class Queues {
  list = $state.raw<readonly QueueView[]>([]);
  image = $derived(this.list.find((queue) => queue.kind === 'image'));
  paused = $derived(this.list.length > 0 && this.list.every((queue) => queue.paused));

  start(): void {
    live.on('queue.changed', ({ queue }) => this.#put(queue));
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.list = (await api.queues.list()).queues;
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  async pause(kind: QueueView['kind'], paused: boolean): Promise<void> {
    const before = this.list;
    this.list = this.list.map((queue) => (queue.kind === kind ? { ...queue, paused } : queue));
    try {
      this.#put(await (paused ? api.queues.pause(kind) : api.queues.resume(kind)));
    } catch (error) {
      this.list = before;
      toasts.failed(paused ? 'The queue was not paused' : 'The queue does not go on', error);
    }
  }

  async pauseAll(paused: boolean): Promise<void> {
    await Promise.all(this.list.map((queue) => this.pause(queue.kind, paused)));
  }

  #put(queue: QueueView): void {
    const known = this.list.some((other) => other.kind === queue.kind);
    this.list = known
      ? this.list.map((other) => (other.kind === queue.kind ? queue : other))
      : [...this.list, queue];
  }
}

export const queues = new Queues();
