import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { GazeError } from '@gaze/runtime';
import { backupVersion, FileSum, Manifest, isBackupPath, manifestName, sumsName } from './format.ts';

const notABackup = (why: string, cause?: unknown): GazeError =>
  new GazeError('invalid_input', why, cause === undefined ? {} : { cause });

/**
 * What the backup in a folder says of itself.
 * @param known names of the migrations that this version has
 * @throws GazeError invalid_input for no backup, one that was cut off, and one of a newer version
 */
export async function readManifest(folder: string, known: readonly string[]): Promise<Manifest> {
  const text = await readFile(path.join(folder, manifestName), 'utf8').catch(async (error: unknown) => {
    throw await whyNone(folder, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notABackup(`${manifestName} of this backup is damaged. Use another backup.`, error);
  }
  const { format, version } = value as { format?: unknown; version?: unknown };
  if (format === 'gaze-backup' && typeof version === 'number' && version > backupVersion) throw newer('');
  const manifest = Manifest.safeParse(value);
  if (!manifest.success)
    throw notABackup(`${manifestName} is not that of a backup of GAZE. Name the folder of a backup.`);
  const unknown = manifest.data.migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw newer(` (it knows ${unknown.join(', ')})`);
  return manifest.data;
}

const newer = (what: string): GazeError =>
  notABackup(
    `This backup was made by a newer GAZE${what}. Update GAZE, then restore it. Nothing was changed.`,
  );

async function whyNone(folder: string, cause: unknown): Promise<GazeError> {
  const info = await stat(folder).catch(() => null);
  if (info === null) return notABackup(`There is no folder ${folder}.`, cause);
  if (!info.isDirectory())
    return notABackup(`${folder} is neither the folder of a backup nor its .zip. Name one of them.`, cause);
  const names = await readdir(folder);
  if (names.some((name) => name.endsWith('.ndjson')))
    return notABackup(`The backup in ${folder} was cut off while it was made. Use another one.`, cause);
  return notABackup(`The folder ${folder} holds no backup: it has no ${manifestName}.`, cause);
}

/** The files of a backup, in their order. @throws GazeError where the list is not the one that the manifest means */
export async function* listedFiles(folder: string, manifest: Manifest): AsyncGenerator<FileSum> {
  const hash = createHash('sha256');
  const stream = createReadStream(path.join(folder, sumsName));
  stream.on('data', (chunk) => hash.update(chunk));
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const sum = FileSum.safeParse(parsed(line));
    if (!sum.success) throw notABackup(`${sumsName} is damaged. Use another backup. Nothing was changed.`);
    if (!isBackupPath(sum.data.path))
      throw notABackup(`${sumsName} names a file that no backup holds. Nothing was changed.`);
    yield sum.data;
  }
  if (hash.digest('hex') !== manifest.sums.sha256)
    throw notABackup(`${sumsName} is not as it was written. Use another backup. Nothing was changed.`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/**
 * Reads every file of a backup and compares its sum, before anything is changed.
 * @throws GazeError that names the first files that are missing or damaged
 */
export async function checkSums(
  folder: string,
  manifest: Manifest,
  onProgress: (progress: { files: number; bytes: number }) => void = () => undefined,
): Promise<void> {
  const bad: string[] = [];
  let [files, bytes] = [0, 0];
  for await (const { path: name, sha256, bytes: size } of listedFiles(folder, manifest)) {
    if ((await sumOf(path.join(folder, name))) !== sha256) bad.push(name);
    files++;
    bytes += size;
    onProgress({ files, bytes });
  }
  if (files !== manifest.files)
    throw notABackup(
      `The backup lists ${files} files and should list ${manifest.files}. Nothing was changed.`,
    );
  if (bad.length === 0) return;
  const named = bad.slice(0, 5).join(', ');
  const more = bad.length > 5 ? ` and ${bad.length - 5} more` : '';
  throw notABackup(
    `${bad.length} of ${files} files of the backup are missing or damaged: ${named}${more}. Nothing was changed. Use another backup.`,
  );
}

/** Null where the file cannot be read. */
export async function sumOf(file: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch {
    return null;
  }
  return hash.digest('hex');
}
