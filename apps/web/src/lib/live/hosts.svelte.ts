import type { HostView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from './live.svelte.ts';
import { News, mergeAnswer } from './news.ts';

export type Lamp = 'ok' | 'warn' | 'bad' | 'off';

/** Green: it works. Amber: it works without something. Red: it does not answer. */
export function lampOf(host: HostView): Lamp {
  if (host.state === 'disabled') return 'off';
  if (host.state === 'down') return 'bad';
  if (host.state === 'unknown') return 'warn';
  return host.missing_nodes.length > 0 ? 'warn' : 'ok';
}

class Hosts {
  #news = new News();
  /** Removed on the page already, while the server is still asked to: what it tells of them meanwhile is not shown. */
  #leaving = new Set<string>();
  list = $state.raw<readonly HostView[]>([]);
  loaded = $state(false);
  up = $derived(this.list.filter((host) => host.state === 'up'));
  /** True once we know that nothing can render; never while we simply have not asked yet. */
  noneAnswers = $derived(
    this.loaded && this.up.length === 0 && !this.list.some((host) => host.state === 'unknown'),
  );

  start(): void {
    live.on('host.changed', ({ host }) => {
      this.#news.heard(host.id);
      if (!this.#leaving.has(host.id)) this.put(host);
    });
    live.on('host.removed', ({ host_id: id }) => {
      this.#news.heard(id);
      this.#drop(id);
    });
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    const asked = this.#news.asked();
    try {
      const { hosts: answer } = await api.hosts.list();
      this.list = mergeAnswer(this.list, answer, (id) => this.#news.isNewer(id, asked));
      this.loaded = true;
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  /** A mark to take before an order, for `answered`. */
  asked(): number {
    return this.#news.asked();
  }

  /** Takes the answer to an order, or a host back as it was before one that failed, unless news have overtaken it. */
  answered(host: HostView, asked: number): void {
    if (!this.#news.isNewer(host.id, asked)) this.put(host);
  }

  isLeaving(id: string): boolean {
    return this.#leaving.has(id);
  }

  /** Takes a host off the page while `removal` is under way, and puts it back where that fails. */
  async removed(host: HostView, removal: Promise<unknown>): Promise<void> {
    this.#leaving.add(host.id);
    this.#drop(host.id);
    try {
      await removal;
    } catch (error) {
      this.put(host);
      void this.load();
      throw error;
    } finally {
      this.#leaving.delete(host.id);
    }
  }

  #drop(id: string): void {
    this.list = this.list.filter((host) => host.id !== id);
  }

  put(host: HostView): void {
    const known = this.list.some((other) => other.id === host.id);
    this.list = known
      ? this.list.map((other) => (other.id === host.id ? host : other))
      : [...this.list, host];
  }
}

export const hosts = new Hosts();
