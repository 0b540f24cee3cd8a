import type { BackupView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The backups that are kept here, and the one that is being made. */
export class Backups {
  list = $state.raw<readonly BackupView[] | null>(null);
  error = $state.raw<unknown>(null);
  running = $derived(this.list?.find(({ state }) => state === 'running'));

  /** Loads, and again whenever one gets further; gives back the way out. */
  watch(): () => void {
    void this.load();
    const stops = [
      live.on('upkeep.changed', ({ what }) => what === 'backup' && void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async load(): Promise<void> {
    try {
      this.list = (await api.upkeep.backups()).backups;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  async make(pictures: boolean): Promise<void> {
    try {
      const backup = await api.upkeep.makeBackup({ pictures });
      this.list = [backup, ...(this.list ?? []).filter(({ id }) => id !== backup.id)];
    } catch (error) {
      toasts.failed('No backup was made', error);
    }
  }

  async remove(backup: BackupView): Promise<void> {
    const before = this.list;
    this.list = (this.list ?? []).filter(({ id }) => id !== backup.id);
    try {
      await api.upkeep.deleteBackup(backup.id);
    } catch (error) {
      this.list = before;
      toasts.failed('The backup was not deleted', error);
    }
  }
}
