import type { Settings as SettingsView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { live } from './live.svelte.ts';

class Settings {
  value = $state.raw<SettingsView | null>(null);
  nsfw = $derived<SettingsView['nsfw_display']>(this.value?.nsfw_display ?? 'blur');
  defaultCheckpoint = $derived(this.value?.default_checkpoint ?? null);

  start(): void {
    live.on('setting.changed', () => void this.load());
    live.onReset(() => void this.load());
  }

  async load(): Promise<void> {
    try {
      this.value = await api.settings.get();
    } catch {
      // the defaults hold until the next reset
    }
  }

  /** Shows the change at once and takes it back where the server refuses it. */
  async save(patch: Partial<SettingsView>, what = 'The setting'): Promise<void> {
    const before = this.value;
    if (before) this.value = { ...before, ...patch };
    try {
      this.value = await api.settings.set(patch);
    } catch (error) {
      this.value = before;
      toasts.failed(`${what} was not saved`, error);
    }
  }

  /** Whether a picture must be veiled; `hide` leaves it out of lists and veils what remains. */
  veils(isNsfw: boolean): boolean {
    return isNsfw && this.nsfw !== 'show';
  }
}

export const settings = new Settings();
