import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelKind } from '@gaze/contracts';

export interface FoundModel {
  /** Below the root, with `/`. */
  name: string;
  bytes: number;
  mtimeMs: number;
  inode: string;
}

/** What ComfyUI loads of each kind. */
const extensions: Readonly<Record<ModelKind, RegExp>> = {
  lora: /\.(safetensors|sft|pt|ckpt|bin)$/i,
  checkpoint: /\.(safetensors|sft|ckpt|pt|pth|bin)$/i,
};
/** A folder deeper than this is a loop. */
const maxDepth = 12;
/** Enough to keep a network share busy, few enough to leave the threads of this process to others. */
const sideBySide = 16;

/**
 * The model files below a root, with the stamps that tell whether they changed. Links are followed, as ComfyUI does,
 * but no folder is entered twice; folders that begin with a dot (the trash among them) are left out.
 * @throws errors of the file system where the root itself cannot be read
 */
export async function walkModels(root: string, kind: ModelKind, signal: AbortSignal): Promise<FoundModel[]> {
  const names = await namesBelow(root, extensions[kind], signal);
  const found: FoundModel[] = [];
  const queue = names.values();
  const worker = async (): Promise<void> => {
    for (const name of queue) {
      signal.throwIfAborted();
      const info = await stat(path.join(root, name), { bigint: true }).catch(() => null);
      if (info?.isFile() !== true) continue;
      found.push({
        name,
        bytes: Number(info.size),
        mtimeMs: Number(info.mtimeNs / 1000n) / 1000,
        inode: `${info.dev}:${info.ino}`,
      });
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function namesBelow(root: string, wanted: RegExp, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  const entered = new Set<string>([await realpath(root)]);
  const open: { folder: string; depth: number }[] = [{ folder: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    signal.throwIfAborted();
    const { folder, depth } = next;
    for (const entry of await entriesOf(path.join(root, folder), folder === '')) {
      if (entry.name.startsWith('.')) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (await isFolder(entry, path.join(root, name))) {
        const real = await realpath(path.join(root, name)).catch(() => null);
        if (real === null || entered.has(real) || depth >= maxDepth) continue;
        entered.add(real);
        open.push({ folder: name, depth: depth + 1 });
      } else if (wanted.test(entry.name)) names.push(name);
    }
  }
  return names;
}

async function entriesOf(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // A folder that cannot be read holds up no other; without the root nothing is known at all.
    if (isRoot) throw error;
    return [];
  }
}

async function isFolder(entry: Dirent, at: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await stat(at).catch(() => null))?.isDirectory() ?? false;
}
