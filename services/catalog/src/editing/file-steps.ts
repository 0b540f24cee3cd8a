import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GazeError } from '@gaze/runtime';
import { codeOf } from '../library/seen-files.ts';

/** Bytes of a file; null where there is none. */
export async function bytesOf(file: string): Promise<Buffer | null> {
  return readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
}

/** Writes a new file and waits until the disk has it. @throws where it is there already, or the disk is full */
export async function writeSynced(file: string, bytes: Buffer, mode?: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    // The process's umask takes bits away; a file that others may write stays so.
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Waits until the disk has the names in a folder. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file system does not need this.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** File systems without hard links, such as FAT and some network shares. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Gives a file a second name; false where its file system cannot. */
export async function tryLink(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (noLinks.has(codeOf(error))) return false;
    throw error;
  }
}

/**
 * Puts a file under a name that nobody has; false where somebody has it. Both names hold the same bytes afterwards;
 * the first is the caller's to remove.
 */
export async function putWhereFree(from: string, to: string): Promise<boolean> {
  try {
    if (!(await tryLink(from, to))) await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a file within its file system; the folder is made where it is missing. */
export async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await rename(from, to);
  await syncFolder(path.dirname(to));
  await syncFolder(path.dirname(from)).catch(() => undefined);
}

/** Gives a file the name of another, which goes. */
export const renameOver = (from: string, to: string): Promise<void> => rename(from, to);

export const removeFile = (file: string): Promise<void> => rm(file, { force: true });

/** Inode of a file, to tell whether two names mean the same one; null where there is none. */
export async function inodeOf(file: string): Promise<bigint | null> {
  return stat(file, { bigint: true }).then(
    (info) => info.ino,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    },
  );
}

export async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

/** What the disk says, as a sentence that says what to do. Errors that have a code of ours stay as they are. */
export function fileError(error: unknown, file: string): unknown {
  if (error instanceof GazeError) return error;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new GazeError(
        'storage_full',
        'The disk that holds the data folder is full. Nothing was changed.',
        { file, cause: error },
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new GazeError(
        'data_error',
        `GAZE may not write ${file}. Nothing was changed. Give it the right to write in the data folder.`,
        { file, cause: error },
      );
    case 'EXDEV':
      return new GazeError(
        'data_error',
        `${file} lies on another disk than its trash, and GAZE moves no files between disks. Nothing was changed.`,
        { file, cause: error },
      );
    default:
      return error;
  }
}
