import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ObjectStore } from '@gaze/media';
import type { Db } from '../db/connect.ts';
import { dataFiles, filesBelow, keyFilePart, storeFiles } from './collect-files.ts';
import type { DatabaseNote } from './dump-tables.ts';
import { dumpTables } from './dump-tables.ts';
import type { FileSum, Manifest } from './format.ts';
import { backupVersion, manifestName, sumsName, tops } from './format.ts';
import type { Part } from './parts.ts';

/** Where an installation keeps what a backup holds. */
export interface BackupSource {
  db: Db;
  store: ObjectStore;
  dataDir: string;
  /** Folder of the picture store where it is one, which may lie inside the data folder. */
  uploadsDir: string | null;
  promptsDir: string | null;
}

export interface BackupChoice {
  pictures: boolean;
  /** The key file to put in; null: none, and sealed secrets can be opened on this installation alone. */
  keyFile: string | null;
}

const version = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  }
).version;

/** The rows at one moment, then the files, which may be newer: a scan brings rows and files together again. */
export async function* contentsOf(
  source: BackupSource,
  choice: BackupChoice,
  note: DatabaseNote,
): AsyncGenerator<Part> {
  yield* dumpTables(source.db, note);
  yield* dataFiles(source.dataDir, source.uploadsDir);
  if (source.promptsDir !== null) yield* filesBelow(source.promptsDir, tops.prompts, () => false);
  if (choice.keyFile !== null) yield keyFilePart(choice.keyFile);
  yield* storeFiles(source.db, source.store, choice.pictures);
}

/** The list of sums, written to a file as it grows: a million pictures do not fit into memory. */
export interface SumBook {
  add: (sum: FileSum) => Promise<void>;
  /** The list as a file of the backup, and the manifest about it. */
  close: (manifest: Omit<Manifest, 'files' | 'bytes' | 'sums'>) => Promise<Part[]>;
  files: () => number;
  bytes: () => number;
}

export async function openSumBook(file: string): Promise<SumBook> {
  const handle: FileHandle = await open(file, 'w');
  const hash = createHash('sha256');
  let [files, bytes, length] = [0, 0, 0];
  return {
    files: () => files,
    bytes: () => bytes,
    async add(sum) {
      const line = Buffer.from(`${JSON.stringify(sum)}\n`);
      await handle.write(line);
      hash.update(line);
      length += line.length;
      files++;
      bytes += sum.bytes;
    },
    async close(manifest) {
      await handle.close();
      const modified = new Date();
      const whole: Manifest = {
        ...manifest,
        files,
        bytes,
        sums: { bytes: length, sha256: hash.digest('hex') },
      };
      const text = Buffer.from(`${JSON.stringify(whole, null, 2)}\n`);
      return [
        { path: sumsName, modified, open: () => Promise.resolve(createReadStream(file)) },
        { path: manifestName, modified, open: () => Promise.resolve(Readable.from([text])) },
      ];
    },
  };
}

/** What the manifest says beside its sums. */
export function manifestOf(
  note: DatabaseNote,
  choice: BackupChoice,
  at: Date,
): Omit<Manifest, 'files' | 'bytes' | 'sums'> {
  return {
    format: 'gaze-backup',
    version: backupVersion,
    gaze: version,
    created_at: at.toISOString(),
    ...note,
    pictures: choice.pictures,
    key: choice.keyFile !== null,
  };
}
