import type { HostCheck, HostDetail, HostView } from '@gaze/contracts';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { hosts } from '#lib/live/hosts.svelte.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** What Settings does with hosts. The list itself is the live one. */
export class HostAdmin {
  /** What only this page shows, by host id. */
  details = new SvelteMap<string, HostDetail>();
  /** What the last look at each host found; under the empty id that at an address which is no host yet. */
  checks = new SvelteMap<string, HostCheck>();
  looking = $state.raw<ReadonlySet<string>>(new Set());
  #asked = new Map<string, string>();

  /** Loads what is shown of each host, and again when it changed in what matters here. */
  watch(): () => void {
    const stops = [
      live.on('host.changed', ({ host }) => void this.#load(host)),
      live.onReset(() => this.#asked.clear()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #load(host: HostView): Promise<void> {
    if (hosts.isLeaving(host.id)) return;
    const stamp = [host.state, host.version, host.loaded_checkpoint, ...host.missing_nodes].join('\n');
    if (this.#asked.get(host.id) === stamp) return;
    this.#asked.set(host.id, stamp);
    try {
      this.details.set(host.id, await api.hosts.get(host.id));
    } catch {
      // the row shows what the list knows; the next change asks again
      this.#asked.delete(host.id);
    }
  }

  show(list: readonly HostView[]): void {
    for (const host of list) void this.#load(host);
  }

  async test(host: HostView): Promise<void> {
    await this.#look(host.id, () => api.hosts.test(host.id), host.name);
  }

  async testAddress(url: string): Promise<void> {
    await this.#look('', () => api.hosts.testAddress(url), url);
  }

  async #look(id: string, ask: () => Promise<HostCheck>, name: string): Promise<void> {
    this.checks.delete(id);
    this.looking = new Set([...this.looking, id]);
    try {
      this.checks.set(id, await ask());
    } catch (error) {
      toasts.failed(`${name} was not looked at`, error);
    }
    this.looking = new Set([...this.looking].filter((other) => other !== id));
  }

  /** Answers the error where the address is refused, so that the form shows it. */
  async add(url: string, name: string): Promise<unknown> {
    const asked = hosts.asked();
    try {
      const host = await api.hosts.add({ url, ...(name === '' ? {} : { name }) });
      hosts.answered(host, asked);
      this.checks.delete('');
      toasts.show({
        title: `${host.name} is added`,
        text: 'It gets work as soon as it has said what it has.',
      });
      return null;
    } catch (error) {
      return error;
    }
  }

  async change(host: HostView, change: { name?: string; enabled?: boolean }): Promise<void> {
    const asked = hosts.asked();
    const state = change.enabled === undefined ? host.state : change.enabled ? 'unknown' : 'disabled';
    hosts.put({ ...host, state, name: change.name ?? host.name });
    try {
      hosts.answered(await api.hosts.change(host.id, change), asked);
    } catch (error) {
      hosts.answered(host, asked);
      toasts.failed(`${host.name} was not changed`, error);
    }
  }

  async remove(host: HostView): Promise<void> {
    try {
      await hosts.removed(host, api.hosts.remove(host.id));
      toasts.show({
        title: `${host.name} is removed`,
        text: 'Pictures that it made stay.',
        action: { label: 'Undo', run: () => void this.add(host.url, host.name) },
      });
    } catch (error) {
      toasts.failed(`${host.name} was not removed`, error);
    }
  }
}
