import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GazeError } from '@gaze/runtime';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { isBackupPath, manifestName, sumsName } from './format.ts';

const startOfZip = 'PK';

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
  const zip = await opened(file);
  try {
    const entries = await entriesOf(zip, file);
    if (!entries.some(({ name }) => name === manifestName))
      throw new GazeError('invalid_input', `The archive ${file} holds no backup: it has no ${manifestName}.`);
    // All names first: nothing is written of an archive that leads out of its folder.
    if (!entries.every(({ name }) => isOfBackup(name)))
      throw new GazeError(
        'invalid_input',
        `The archive ${file} names a file that no backup holds. Nothing was changed.`,
      );
    for (const { entry, name } of entries) await unpackOne(zip, entry, path.join(folder, name));
  } catch (error) {
    throw error instanceof GazeError ? error : spoken(error, file);
  } finally {
    zip.close();
  }
}

interface Named {
  entry: Entry;
  name: string;
}

/** Names are taken as they stand and looked at here: the library would refuse a stray one without a word on it. */
async function opened(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (error) {
    throw notWhole(file, error);
  }
}

/** What it says that it holds; folders are left out. */
async function entriesOf(zip: ZipFile, file: string): Promise<Named[]> {
  const entries: Named[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag: flags, fileNameRaw, extraFields } = entry;
      const name = getFileNameLowLevel(flags, fileNameRaw, extraFields, true);
      if (!name.endsWith('/')) entries.push({ entry, name });
    }
    return entries;
  } catch (error) {
    throw notWhole(file, error);
  }
}

const isOfBackup = (name: string): boolean =>
  name === manifestName || name === sumsName || isBackupPath(name);

async function unpackOne(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode: 0o600 }));
}

const notWhole = (file: string, cause: unknown): GazeError =>
  new GazeError(
    'invalid_input',
    `The archive ${file} is not whole: it has no end. Download it again, then restore it. Nothing was changed.`,
    { cause },
  );

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
