import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { GazeError } from '@gaze/runtime';
import { isGone } from './collect-files.ts';
import type { BackupChoice, BackupSource } from './contents.ts';
import { contentsOf, manifestOf, openSumBook } from './contents.ts';
import type { DatabaseNote } from './dump-tables.ts';
import { FileSum, Manifest, isBackupPath, manifestName, sumsName } from './format.ts';
import type { Part } from './parts.ts';
import { summing } from './parts.ts';

/** Where the list grows while the backup is under way. */
const growingName = 'files.growing.ndjson';

export interface FolderBackup {
  files: number;
  bytes: number;
  /** Pictures that an earlier run had copied already. */
  reused: number;
}

/**
 * Writes a backup into a folder. One that was cut off goes on where it was: pictures that are there are not copied
 * again.
 * @param options.update brings the backup that lies there up to date
 * @throws GazeError conflict where something else lies there, or a backup and nobody said `update`
 */
export async function writeFolder(
  source: BackupSource,
  folder: string,
  options: BackupChoice & {
    at: Date;
    update: boolean;
    onProgress?: (progress: { files: number; bytes: number }) => void;
  },
): Promise<FolderBackup> {
  await mkdir(folder, { recursive: true });
  await refuseOther(folder, options);
  const before = await sumsOfEarlier(folder);
  await rm(path.join(folder, manifestName), { force: true });
  const list = path.join(folder, growingName);
  const book = await openSumBook(list);
  const note: DatabaseNote = { migrations: [], tables: {} };
  let reused = 0;
  for await (const part of contentsOf(source, options, note)) {
    const there = await stillThere(folder, part, before.get(part.path));
    const sum = there ?? (await put(folder, part));
    if (sum === null) continue;
    if (there !== null) reused++;
    before.delete(part.path);
    await book.add(sum);
    options.onProgress?.({ files: book.files(), bytes: book.bytes() });
  }
  const result = { files: book.files(), bytes: book.bytes(), reused };
  const [sums, manifest] = await book.close(manifestOf(note, options, options.at));
  if (sums === undefined || manifest === undefined) throw new Error('a backup has a list and a manifest');
  await put(folder, sums);
  for (const path_ of before.keys()) await rm(path.join(folder, path_), { force: true });
  await put(folder, manifest);
  await rm(list, { force: true });
  return result;
}

async function refuseOther(folder: string, options: { update: boolean }): Promise<void> {
  const names = await readdir(folder);
  if (names.length === 0 || names.includes(growingName)) return;
  if (!names.includes(manifestName))
    throw new GazeError(
      'conflict',
      `The folder ${folder} is not empty and holds no backup. Name an empty folder or a new one.`,
    );
  if (options.update) return;
  const manifest = Manifest.safeParse(
    JSON.parse(await readFile(path.join(folder, manifestName), 'utf8').catch(() => 'null')),
  );
  const when = manifest.success ? ` of ${manifest.data.created_at}` : '';
  throw new GazeError(
    'conflict',
    `The folder ${folder} holds the backup${when}. Name another folder, or add --update to bring that one up to date.`,
  );
}

/** What an earlier run into this folder wrote, whether it came to its end or not. */
async function sumsOfEarlier(folder: string): Promise<Map<string, FileSum>> {
  const sums = new Map<string, FileSum>();
  for (const name of [sumsName, growingName]) {
    const stream = createReadStream(path.join(folder, name), 'utf8');
    try {
      for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
        const sum = FileSum.safeParse(parsed(line));
        if (sum.success && isBackupPath(sum.data.path)) sums.set(sum.data.path, sum.data);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return sums;
}

/** The last line of a list that was cut off is half a line. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function stillThere(folder: string, part: Part, before: FileSum | undefined): Promise<FileSum | null> {
  const { known } = part;
  if (known === undefined || before?.sha256 !== known.sha256 || before.bytes !== known.bytes) return null;
  const info = await stat(path.join(folder, part.path)).catch(() => null);
  return info?.size === known.bytes ? { path: part.path, ...known } : null;
}

/** Null where the file went away since it was listed. */
async function put(folder: string, part: Part): Promise<FileSum | null> {
  const file = path.join(folder, part.path);
  const half = `${file}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  const { through, sum } = summing(part.path);
  const handle = await open(half, 'w', 0o600);
  try {
    await pipeline(await part.open(), through, (bytes: AsyncIterable<Buffer>) => handle.writeFile(bytes));
    await handle.sync();
  } catch (error) {
    await rm(half, { force: true });
    if (isGone(error)) return null;
    throw full(error, folder);
  } finally {
    await handle.close();
  }
  await rename(half, file);
  return sum();
}

function full(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new GazeError(
    'storage_full',
    `The disk of ${folder} is full. Free some space and run the same command again; it goes on where it was.`,
    { cause: error },
  );
}
