import type { Settings as SettingsView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { live } from './live.svelte.ts';
import { LastAsked } from './news.ts';

class Settings {
  #questions = new LastAsked();
  value = $state.raw<SettingsView | null>(null);
  nsfw = $derived<SettingsView['nsfw_display']>(this.value?.nsfw_display ?? 'blur');
  defaultCheckpoint = $derived(this.value?.default_checkpoint ?? null);

  start(): void {
    live.on('setting.changed', () => void this.load());
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    const isLast = this.#questions.begin();
    try {
      const value = await api.settings.get();
      if (isLast()) this.value = value;
    } catch {
      // the defaults hold until the next reset
    }
  }

  /** Shows the change at once and takes it back where the server refuses it. */
  async save(patch: Partial<SettingsView>, what = 'The setting'): Promise<void> {
    const isLast = this.#questions.begin();
    const before = this.value;
    if (before) this.value = { ...before, ...patch };
    try {
      const value = await api.settings.set(patch);
      if (isLast()) this.value = value;
    } catch (error) {
      if (isLast()) this.value = before;
      else void this.load();
      toasts.failed(`${what} was not saved`, error);
    }
  }

  /** Whether a picture must be veiled; `hide` leaves it out of lists and veils what remains. */
  veils(isNsfw: boolean): boolean {
    return isNsfw && this.nsfw !== 'show';
  }
}

export const settings = new Settings();
