import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ListFile } from './merge.ts';

const largestFile = 256 * 1024 * 1024;
/** The list that ships: whatever a person adds beside it knows better. */
const starter = 'starter.csv';

export interface FoundFile {
  path: string;
  /** Changes with the file. */
  mark: string;
  size: number;
}

/** The `.csv` files of the folders in reading order: the starter first, then by folder and name. A missing folder has none. */
export async function findLists(folders: readonly string[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names
      .filter((one) => one.toLowerCase().endsWith('.csv') && !one.startsWith('.'))
      .sort()) {
      const path = join(folder, name);
      const info = await stat(path).catch(() => null);
      if (info?.isFile() !== true) continue;
      found.push({ path, size: info.size, mark: `${path} ${info.size} ${info.mtimeMs}` });
    }
  }
  const isStarter = ({ path }: FoundFile): number => (basename(path) === starter ? 0 : 1);
  return found.sort((a, b) => isStarter(a) - isStarter(b));
}

/** Reads what can be read; the others come back with a sentence. */
export async function readLists(
  files: readonly FoundFile[],
): Promise<{ lists: ListFile[]; unreadable: { file: string; message: string }[] }> {
  const lists: ListFile[] = [];
  const unreadable: { file: string; message: string }[] = [];
  for (const { path, size } of files) {
    const file = basename(path);
    if (size > largestFile) {
      unreadable.push({ file, message: 'The file is larger than 256 MB and was left out.' });
      continue;
    }
    try {
      lists.push({ name: file, text: await readFile(path, 'utf8') });
    } catch {
      unreadable.push({ file, message: 'The file cannot be read; check its permissions.' });
    }
  }
  return { lists, unreadable };
}
