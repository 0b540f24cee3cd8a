import type { HostView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from './live.svelte.ts';

export type Lamp = 'ok' | 'warn' | 'bad' | 'off';

/** Green: it works. Amber: it works without something. Red: it does not answer. */
export function lampOf(host: HostView): Lamp {
  if (host.state === 'disabled') return 'off';
  if (host.state === 'down') return 'bad';
  if (host.state === 'unknown') return 'warn';
  return host.missing_nodes.length > 0 ? 'warn' : 'ok';
}

class Hosts {
  list = $state.raw<readonly HostView[]>([]);
  loaded = $state(false);
  up = $derived(this.list.filter((host) => host.state === 'up'));
  /** True once we know that nothing can render; never while we simply have not asked yet. */
  noneAnswers = $derived(
    this.loaded && this.up.length === 0 && !this.list.some((host) => host.state === 'unknown'),
  );

  start(): void {
    live.on('host.changed', ({ host }) => this.put(host));
    live.on('host.removed', ({ host_id }) => this.drop(host_id));
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.list = (await api.hosts.list()).hosts;
      this.loaded = true;
    } catch {
      // the offline banner speaks for the whole page; the next reset loads again
    }
  }

  /** Takes the answer to an order. News that overtook it are newer, so the list is asked for again. */
  answered(host: HostView): void {
    this.put(host);
    void this.load();
  }

  drop(id: string): void {
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
