import type { CategoryName, ModelFolders, ModelFoldersBody, ModelKind } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The root of a kind and the folders below it, as Settings shows and changes them. */
export class Folders {
  view = $state.raw<ModelFolders | null>(null);
  error = $state.raw<unknown>(null);
  /** Why the last change was refused, by what it was about. */
  refusals = $state.raw<Readonly<Record<string, unknown>>>({});
  isScanning = $state(false);

  async load(): Promise<void> {
    try {
      this.view = await api.models.folders();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  setRoot(kind: ModelKind, path: string): Promise<boolean> {
    const root = path.trim() === '' ? null : path.trim();
    return this.#change(kind, kind === 'lora' ? { lora_root: root } : { checkpoint_root: root });
  }

  setLoraFolders(category: CategoryName, text: string): Promise<boolean> {
    return this.#change(category, { lora_folders: { [category]: foldersIn(text) } });
  }

  setCheckpointFolders(text: string): Promise<boolean> {
    return this.#change('checkpoint_folders', { checkpoint_folders: foldersIn(text) });
  }

  async rescan(): Promise<void> {
    this.isScanning = true;
    try {
      const { results } = await api.models.rescan();
      const warning = results.find((one) => one.is_scanned && one.warning !== null)?.warning;
      const sum = (of: 'added' | 'changed' | 'removed'): number =>
        results.reduce((all, one) => all + one[of], 0);
      toasts.show({
        title: 'The folders are read',
        text: warning ?? `${sum('added')} new, ${sum('changed')} changed, ${sum('removed')} gone.`,
      });
    } catch (error) {
      toasts.failed('The folders were not read', error);
    }
    this.isScanning = false;
    await this.load();
  }

  async #change(about: string, change: ModelFoldersBody): Promise<boolean> {
    try {
      this.view = await api.models.setFolders(change);
      this.refusals = { ...this.refusals, [about]: undefined };
      toasts.show({ title: 'Saved', text: 'GAZE reads the folders now.' });
      await this.rescanQuietly();
      return true;
    } catch (error) {
      this.refusals = { ...this.refusals, [about]: error };
      return false;
    }
  }

  /** The server reads them by itself; asking for it tells when it is done. */
  private async rescanQuietly(): Promise<void> {
    this.isScanning = true;
    await api.models.rescan().catch(() => undefined);
    this.isScanning = false;
    await this.load();
  }
}

const foldersIn = (text: string): string[] =>
  text
    .split(',')
    .map((folder) => folder.trim().replace(/\/+$/, ''))
    .filter((folder) => folder !== '');
