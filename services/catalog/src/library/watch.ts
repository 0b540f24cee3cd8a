import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { watch } from 'chokidar';

/** Editors write in several moves; one look after the dust has settled is enough. */
const settleMs = 300;

/**
 * Calls `onChange` soon after a file of a category's folder changed. Only ever a hint: the scan decides.
 * Never Node's own recursive watch, which blocks the process for seconds on a folder of ten thousand files.
 */
export function watchFolders(dataDir: string, declarations: readonly CategoryDeclaration[], onChange: (declaration: CategoryDeclaration) => void, log: Log): { stop: () => Promise<void> } {
  const byFolder = new Map(declarations.map((declaration) => [path.join(dataDir, declaration.folder), declaration]));
  const timers = new Map<CategoryDeclaration, NodeJS.Timeout>();
  const watcher = watch([...byFolder.keys()], {
    depth: 0,
    ignoreInitial: true,
    ignored: (file, info) => info?.isFile() === true && (!file.endsWith('.json') || path.basename(file).startsWith('.')),
  });
  watcher.on('all', (_event, file) => {
    const declaration = byFolder.get(path.dirname(file));
    if (declaration === undefined) return;
    clearTimeout(timers.get(declaration));
    timers.set(declaration, setTimeout(() => onChange(declaration), settleMs));
  });
  watcher.on('error', (error) => log.warn({ err: error }, 'the data folder cannot be watched; use rescan after edits outside GAZE'));
  return {
    async stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      await watcher.close();
    },
  };
}
