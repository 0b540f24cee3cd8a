import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import type { ObjectStore } from '@gaze/media';
import { isGone } from './collect-files.ts';
import type { FileSum, Manifest } from './format.ts';
import { keyName, tops } from './format.ts';
import { listedFiles, sumOf } from './read-backup.ts';

/** Where the files of a backup go. */
export interface RestoreTarget {
  store: ObjectStore;
  dataDir: string;
  promptsDir: string | null;
  /** Where this installation has its key file. */
  keyFile: string | null;
}

/** What to do with a file that is here and differs: take that of the backup, or leave the one that is here. */
export type OnDifference = 'overwrite' | 'keep';

export interface RestoredFiles {
  restored: number;
  same: number;
  /** Differ, and the ones that were here stay. */
  kept: number;
  /** Differ, and lie now in the folder `replaced`. */
  replaced: number;
}

/** One place that a file of a backup goes to. */
interface Place {
  /** Hash of what is there; null: nothing. */
  there: () => Promise<string | null>;
  put: (from: string, bytes: number) => Promise<void>;
  /** Takes what is there out of the way, and keeps it. */
  setAside: (folder: string) => Promise<void>;
}

/** Files that are here and differ from the backup's: how many, and the first of them. */
export async function differences(
  target: RestoreTarget,
  folder: string,
  manifest: Manifest,
): Promise<{ count: number; examples: string[] }> {
  const examples: string[] = [];
  let count = 0;
  for await (const file of listedFiles(folder, manifest)) {
    // Prompts that ship with another version differ by themselves; a difference there is told, and stops nothing.
    if (file.path.startsWith(`${tops.prompts}/`)) continue;
    const there = await placeOf(target, file.path)?.there();
    if (there === undefined || there === null || there === file.sha256) continue;
    count++;
    if (examples.length < 5) examples.push(file.path);
  }
  return { count, examples };
}

/** Copies the files of a backup to their places. May be cut off anywhere and begun again. */
export async function restoreFiles(
  target: RestoreTarget,
  folder: string,
  manifest: Manifest,
  options: { onDifference: OnDifference; replaced: string },
): Promise<RestoredFiles> {
  const result: RestoredFiles = { restored: 0, same: 0, kept: 0, replaced: 0 };
  for await (const file of listedFiles(folder, manifest)) {
    const place = placeOf(target, file.path);
    if (place !== null) result[await restoreOne(place, folder, file, options)]++;
  }
  return result;
}

async function restoreOne(
  place: Place,
  folder: string,
  file: FileSum,
  options: { onDifference: OnDifference; replaced: string },
): Promise<keyof RestoredFiles> {
  const there = await place.there();
  if (there === file.sha256) return 'same';
  if (there !== null && options.onDifference === 'keep') return 'kept';
  if (there !== null) await place.setAside(options.replaced);
  await place.put(path.join(folder, file.path), file.bytes);
  return there === null ? 'restored' : 'replaced';
}

/** Null for rows, and for what this installation has no place for. */
function placeOf(target: RestoreTarget, name: string): Place | null {
  const [top = '', ...rest] = name.split('/');
  if (name === keyName)
    return target.keyFile === null
      ? null
      : onDisk(path.dirname(target.keyFile), path.basename(target.keyFile));
  if (top === tops.data) return onDisk(target.dataDir, rest.join('/'));
  if (top === tops.prompts)
    return target.promptsDir === null ? null : onDisk(target.promptsDir, rest.join('/'));
  if (top === tops.pictures) return inStore(target.store, rest.join('/'));
  return null;
}

function onDisk(root: string, name: string): Place {
  const file = path.join(root, name);
  return {
    there: () => sumOf(file),
    async put(from) {
      const half = `${file}.restore.tmp`;
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(half, 'w', name === keyName ? 0o600 : 0o644);
      try {
        await handle.writeFile(createReadStream(from));
        await handle.sync();
      } catch (error) {
        await rm(half, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      await rename(half, file);
    },
    async setAside(folder) {
      const aside = path.join(root, folder, name);
      await mkdir(path.dirname(aside), { recursive: true });
      await rename(file, aside);
    },
  };
}

function inStore(store: ObjectStore, key: string): Place {
  return {
    async there() {
      const hash = createHash('sha256');
      try {
        for await (const chunk of await store.get(key)) hash.update(chunk as Buffer);
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
      return hash.digest('hex');
    },
    put: (from, bytes) => store.putStream(key, createReadStream(from), { bytes }),
    setAside: (folder) => store.move(key, `${folder}/${key}`),
  };
}
