import { statfs } from 'node:fs/promises';

export interface Disk {
  free_bytes: number;
  total_bytes: number;
}

/** Space of the disk that a folder lies on, as this process may use it; null where it cannot be asked. */
export async function diskOf(folder: string): Promise<Disk | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize };
  } catch {
    return null;
  }
}
