import type { CategoryName } from '@gaze/contracts';
import { buildKeyedMutex } from '@gaze/runtime';

/** One writer, or one step of a scan, at a time in the folder and the rows of a category. */
export interface FolderLock {
  run: <T>(category: CategoryName, task: () => Promise<T>) => Promise<T>;
  /** How many writes there were: a scan whose count is older knows older rows, and asks again. */
  writes: (category: CategoryName) => number;
  wrote: (category: CategoryName) => void;
}

export function buildFolderLock(): FolderLock {
  const mutex = buildKeyedMutex();
  const counts = new Map<CategoryName, number>();
  const writes = (category: CategoryName): number => counts.get(category) ?? 0;
  return {
    run: mutex.run,
    writes,
    wrote: (category) => void counts.set(category, writes(category) + 1),
  };
}
