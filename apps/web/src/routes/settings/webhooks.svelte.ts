import type { WebhookChange, WebhookDelivery, WebhookTried, WebhookView } from '@gaze/contracts';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { LastAsked, mergeAnswer, News } from '#lib/live/news.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The stream tells nothing of deliveries. */
const lookEveryMs = 15_000;

type Deliveries = { list: readonly WebhookDelivery[] } | { error: unknown };

/** The webhooks, and the secret of the one that was just made: it is shown this once. */
export class Webhooks {
  list = $state.raw<readonly WebhookView[] | null>(null);
  error = $state.raw<unknown>(null);
  created = $state.raw<{ url: string; secret: string } | null>(null);
  /** By webhook id, of those that are opened or fail. */
  deliveries = new SvelteMap<string, Deliveries>();
  /** What came of the last test, by webhook id. */
  tried = new SvelteMap<string, WebhookTried>();
  trying = new SvelteSet<string>();
  #opened = new Set<string>();
  #loads = new LastAsked();
  #asked = new Map<string, { change: LastAsked; deliveries: LastAsked }>();
  /** What this page did since a question was asked, or still does, is newer than its answer. */
  #done = new News();
  #doing = new Map<string, number>();

  load = async (): Promise<void> => {
    const isLast = this.#loads.begin();
    const asked = this.#done.asked();
    try {
      const { webhooks } = await api.webhooks.list();
      if (!isLast()) return;
      const isNewer = (id: string) => this.#doing.has(id) || this.#done.isNewer(id, asked);
      this.list = mergeAnswer(this.list ?? [], webhooks, isNewer).toSorted((a, b) =>
        a.created_at.localeCompare(b.created_at),
      );
      this.error = null;
    } catch (error) {
      if (isLast()) this.error = error;
      return;
    }
    const shown = this.list.filter(({ id, last }) => this.#opened.has(id) || last?.ok === false);
    for (const { id } of shown) void this.loadDeliveries(id);
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), lookEveryMs);
    const end = live.onReset(() => void this.load());
    return () => {
      clearInterval(timer);
      end();
    };
  }

  /** The latest deliveries are wanted, or no longer. */
  open(id: string, isOpen: boolean): void {
    if (isOpen) {
      this.#opened.add(id);
      void this.loadDeliveries(id);
    } else this.#opened.delete(id);
  }

  async loadDeliveries(id: string): Promise<void> {
    const isLast = this.#of(id).deliveries.begin();
    try {
      const { deliveries } = await api.webhooks.deliveries(id);
      if (isLast()) this.deliveries.set(id, { list: deliveries });
    } catch (error) {
      if (isLast()) this.deliveries.set(id, { error });
    }
  }

  /** Answers the error where it is refused, so that the form shows it. */
  async add(url: string, events: WebhookView['events']): Promise<unknown> {
    try {
      const { webhook, secret } = await api.webhooks.create({ url, events });
      this.#put(webhook);
      this.created = { url: webhook.url, secret };
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Address and events, which the server may refuse: answers the error for the form. */
  async edit({ id }: WebhookView, url: string, events: WebhookView['events']): Promise<unknown> {
    try {
      await this.#change(id, { url, events });
      return null;
    } catch (error) {
      return error;
    }
  }

  async turn(webhook: WebhookView, enabled: boolean): Promise<void> {
    this.#put({ ...webhook, enabled });
    try {
      await this.#change(webhook.id, { enabled });
    } catch (error) {
      this.#put(webhook);
      toasts.failed(`${webhook.url} was not turned ${enabled ? 'on' : 'off'}`, error);
      void this.load();
    }
  }

  async test({ id, url }: WebhookView): Promise<void> {
    this.tried.delete(id);
    this.trying.add(id);
    try {
      this.tried.set(id, await api.webhooks.test(id));
      void this.load();
    } catch (error) {
      toasts.failed(`${url} was not tested`, error);
    }
    this.trying.delete(id);
  }

  async remove(webhook: WebhookView): Promise<void> {
    const { id, url } = webhook;
    this.list = (this.list ?? []).filter((other) => other.id !== id);
    this.#done.heard(id);
    try {
      await this.#during(id, () => api.webhooks.remove(id));
      this.#done.heard(id);
      toasts.show({ title: `${url} is removed`, text: 'It is told nothing more.' });
    } catch (error) {
      this.#put(webhook);
      toasts.failed(`${url} was not removed`, error);
    }
  }

  async #change(id: string, change: WebhookChange): Promise<void> {
    const isLast = this.#of(id).change.begin();
    const view = await this.#during(id, () => api.webhooks.change(id, change));
    if (isLast()) this.#put(view);
  }

  async #during<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#doing.set(id, (this.#doing.get(id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#doing.get(id) ?? 1) - 1;
      if (left === 0) this.#doing.delete(id);
      else this.#doing.set(id, left);
    }
  }

  #of(id: string): { change: LastAsked; deliveries: LastAsked } {
    const kept = this.#asked.get(id) ?? { change: new LastAsked(), deliveries: new LastAsked() };
    this.#asked.set(id, kept);
    return kept;
  }

  #put(webhook: WebhookView): void {
    this.#done.heard(webhook.id);
    const list = this.list ?? [];
    this.list = list.some(({ id }) => id === webhook.id)
      ? list.map((other) => (other.id === webhook.id ? webhook : other))
      : [...list, webhook].toSorted((a, b) => a.created_at.localeCompare(b.created_at));
  }
}
