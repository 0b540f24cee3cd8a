import type { ImportRun } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';

/** The import of an installation of the Flask original: the newest run, and where imports may read. */
export class OriginalImport {
  run = $state.raw<ImportRun | null>(null);
  roots = $state.raw<readonly string[] | null>(null);
  error = $state.raw<unknown>(null);
  /** Why the last wish was refused. */
  refusal = $state.raw<unknown>(null);

  watch(): () => void {
    void this.load();
    const stops = [
      live.on('upkeep.changed', ({ what }) => what === 'import' && void this.load()),
      live.onReset(() => void this.load()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async load(): Promise<void> {
    try {
      const { run, roots } = await api.upkeep.lastImport();
      [this.run, this.roots, this.error] = [run, roots, null];
    } catch (error) {
      this.error = error;
    }
  }

  async start(folder: string, dryRun: boolean): Promise<void> {
    this.refusal = null;
    try {
      this.run = await api.upkeep.startImport({ folder, dry_run: dryRun });
    } catch (error) {
      this.refusal = error;
    }
  }
}
