import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { watch } from 'chokidar';
import { isEntityFile } from './seen-files.ts';

/** Editors write in several moves; one look after the dust has settled is enough. */
const settleMs = 300;
/** A stream of edits that never settles is looked at this often all the same. */
const longestWaitMs = 1500;

/** What changed and waits for the look. */
interface Waiting {
  files: Set<string>;
  /** The folder itself came or went. */
  whole: boolean;
  since: number;
  timer: NodeJS.Timeout;
}

/**
 * Calls `onChange` with the names of files soon after they changed, or with null where the whole folder did. Only
 * ever a hint: the scan decides.
 * Never Node's own recursive watch, which blocks the process for seconds on a folder of ten thousand files.
 */
export function watchFolders(options: {
  dataDir: string;
  declarations: readonly CategoryDeclaration[];
  onChange: (declaration: CategoryDeclaration, files: ReadonlySet<string> | null) => void;
  log: Log;
}): { stop: () => Promise<void> } {
  const byFolder = new Map(
    options.declarations.map((declaration) => [
      path.resolve(options.dataDir, declaration.folder),
      declaration,
    ]),
  );
  const waiting = new Map<CategoryDeclaration, Waiting>();

  function noticed(declaration: CategoryDeclaration, file: string | null): void {
    const before = waiting.get(declaration);
    clearTimeout(before?.timer);
    const since = before?.since ?? performance.now();
    const files = before?.files ?? new Set<string>();
    if (file !== null) files.add(file);
    const whole = before?.whole === true || file === null;
    const delay = Math.max(0, Math.min(settleMs, since + longestWaitMs - performance.now()));
    const timer = setTimeout(() => {
      waiting.delete(declaration);
      options.onChange(declaration, whole ? null : files);
    }, delay);
    waiting.set(declaration, { files, whole, since, timer });
  }

  const watcher = watch([...byFolder.keys()], {
    depth: 0,
    ignoreInitial: true,
    ignored: (file, info) => info?.isFile() === true && !isEntityFile(path.basename(file)),
  });
  watcher.on('all', (_event, file) => {
    const itself = byFolder.get(path.resolve(file));
    if (itself !== undefined) return noticed(itself, null);
    const declaration = byFolder.get(path.dirname(path.resolve(file)));
    if (declaration !== undefined && isEntityFile(path.basename(file)))
      noticed(declaration, path.basename(file));
  });
  watcher.on('error', (error) =>
    options.log.warn(
      { err: error },
      'the data folder cannot be watched; use rescan after edits outside GAZE',
    ),
  );
  return {
    async stop() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
      await watcher.close();
    },
  };
}
