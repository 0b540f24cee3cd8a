import { createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { GazeError } from '@gaze/runtime';
import { isBackupPath, manifestName, sumsName } from './format.ts';
import type { ArchiveEntry } from './read-directory.ts';
import { readDirectory } from './read-directory.ts';

const startOfZip = 'PK';
const methods = { stored: 0, deflated: 8 } as const;
const localHeaderSize = 30;

/** Whether a file begins as a zip archive does; false for a folder and for what is not there. */
export async function isArchive(file: string): Promise<boolean> {
  try {
    await using handle = await open(file);
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === startOfZip;
  } catch {
    return false;
  }
}

/**
 * Unpacks the archive of a backup, as it was downloaded, into a folder. No sum is compared here: a restore compares
 * those of all files afterwards, and they say more than the archive's own.
 * @throws GazeError invalid_input for what is no backup, or was cut off on its way; storage_full where no room is left
 */
export async function unpackArchive(file: string, folder: string): Promise<void> {
  await using handle = await open(file);
  const entries = await readDirectory(handle, file);
  if (!entries.some(({ name }) => name === manifestName))
    throw new GazeError('invalid_input', `The archive ${file} holds no backup: it has no ${manifestName}.`);
  // All names first: nothing is written of an archive that leads out of its folder.
  const stray = entries.find(({ name }) => !isOfBackup(name));
  if (stray !== undefined)
    throw new GazeError(
      'invalid_input',
      `The archive ${file} names a file that no backup holds. Nothing was changed.`,
    );
  try {
    for (const entry of entries) await unpackOne(handle, entry, path.join(folder, entry.name));
  } catch (error) {
    throw spoken(error, file);
  }
}

const isOfBackup = (name: string): boolean =>
  name === manifestName || name === sumsName || isBackupPath(name);

async function unpackOne(handle: FileHandle, entry: ArchiveEntry, target: string): Promise<void> {
  const { buffer: header } = await handle.read(
    Buffer.alloc(localHeaderSize),
    0,
    localHeaderSize,
    entry.offset,
  );
  const start = entry.offset + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const out = createWriteStream(target, { mode: 0o600 });
  // A range of nothing cannot be named.
  if (entry.packedSize === 0) {
    await pipeline([], out);
    return;
  }
  const from = handle.createReadStream({ start, end: start + entry.packedSize - 1, autoClose: false });
  if (entry.method === methods.stored) await pipeline(from, out);
  else if (entry.method === methods.deflated) await pipeline(from, createInflateRaw(), out);
  else throw new Error(`unknown packing ${entry.method}`);
}

function spoken(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return new GazeError(
      'storage_full',
      `There is no room to unpack ${file}. Make room, or unpack it elsewhere and name the folder. Nothing was changed.`,
      { cause: error },
    );
  return new GazeError(
    'invalid_input',
    `The archive ${file} cannot be unpacked. Download it again. Nothing was changed.`,
    { cause: error },
  );
}
