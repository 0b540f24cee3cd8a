import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isOwnFile } from './own-files.ts';
import type { FileStamp } from './stamp.ts';
import { stampOf } from './stamp.ts';

/** So many files are looked at before others get their turn. */
const atOnce = 500;

/** Of a file that is there and cannot be looked at: equal to no real stamp, so that its reading says what is wrong. */
export const unknownStamp: FileStamp = { size: -1, mtimeMs: -1, ctimeMs: -1, inode: '' };

/** Whether a name is that of an entity's file. Names that begin with a dot are editors' and our own temporary files. */
export function isEntityFile(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

/**
 * The entity files of a folder with their stamps, and the names that a write of ours left there. A folder that is not
 * there holds none.
 * @throws where the folder cannot be read
 */
export async function seenFiles(
  folder: string,
): Promise<{ seen: Map<string, FileStamp>; leftovers: string[] }> {
  const names = await readdir(folder).catch(noneWhereAbsent);
  return { seen: await look(folder, names.filter(isEntityFile)), leftovers: names.filter(isOwnFile) };
}

/** The stamps of those of the named files that are there. */
export async function look(folder: string, names: readonly string[]): Promise<Map<string, FileStamp>> {
  const seen = new Map<string, FileStamp>();
  // The names come from the folder itself: joining and normalising them would cost as much as half of the looking.
  const prefix = `${folder}${path.sep}`;
  for (let i = 0; i < names.length; i += atOnce) {
    for (const name of names.slice(i, i + atOnce)) {
      const stamp = lookAt(prefix + name);
      if (stamp !== null) seen.set(name, stamp);
    }
    await new Promise(setImmediate);
  }
  return seen;
}

/** Null for what is no file, and for a file that vanished between the two looks: it was not there. */
function lookAt(file: string): FileStamp | null {
  try {
    return stampOf(file);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : unknownStamp;
  }
}

function noneWhereAbsent(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an error';
}
