import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectStore } from '@gaze/media';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { isPictureKey } from '../images/placing.ts';
import { isOwnFile, markerFile } from '../library/own-files.ts';
import { keyName, tops } from './format.ts';
import type { Part } from './parts.ts';

/** Folders of the picture store that are made anew, or are nobody's: thumbnails, uploads under way, other backups. */
const hiddenInStore = ['.thumbs/', '.staging/', '.backups/'];
/** How archives under way are called in the data folder. */
export const archivePrefix = '.gaze-backup-';

/** Every file below a folder, in order, links to files followed; none where the folder is not there. */
export async function* filesBelow(
  folder: string,
  top: string,
  skip: (name: string, file: string) => boolean,
): AsyncGenerator<Part> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (skip(entry.name, file)) continue;
    if (entry.isDirectory()) yield* filesBelow(file, `${top}/${entry.name}`, skip);
    else {
      const info = await stat(file).catch((error: unknown) => {
        if (isGone(error)) return null;
        throw error;
      });
      if (info?.isFile() !== true) continue;
      yield {
        path: `${top}/${entry.name}`,
        modified: info.mtime,
        open: () => Promise.resolve(createReadStream(file)),
      };
    }
  }
}

/** The JSON files, workflows, tags and the trash; not the pictures where they lie inside, and nothing under way. */
export function dataFiles(dataDir: string, uploadsDir: string | null): AsyncGenerator<Part> {
  return filesBelow(
    dataDir,
    tops.data,
    (name, file) =>
      file === uploadsDir ||
      name === markerFile ||
      name === '.gaze-lock' ||
      name.startsWith(archivePrefix) ||
      name.endsWith('.tmp') ||
      isOwnFile(name),
  );
}

export function keyFilePart(file: string): Part {
  return { path: keyName, modified: new Date(), open: () => Promise.resolve(createReadStream(file)) };
}

const pageSize = 1000;

/** Sidecars and covers, and on request the pictures. */
export async function* storeFiles(db: Db, store: ObjectStore, withPictures: boolean): AsyncGenerator<Part> {
  const skip = (folder: string): boolean => hiddenInStore.includes(folder);
  let page: Part[] = [];
  for await (const { key, modified } of store.entries('', { skip })) {
    if (!withPictures && isPicture(key)) continue;
    page.push({ path: `${tops.pictures}/${key}`, modified, open: () => store.get(key) });
    if (page.length < pageSize) continue;
    yield* await withSums(db, page);
    page = [];
  }
  yield* await withSums(db, page);
}

/** A picture of the gallery, or one in its trash. Drawings that are covers are none: they are in every backup. */
const isPicture = (key: string): boolean => isPictureKey(key.replace(/^\.trash\/[^/]+\//, ''));

/** What the database knows of pictures need not be found out by reading them. */
async function withSums(db: Db, page: readonly Part[]): Promise<Part[]> {
  const keys = page.map((part) => part.path.slice(tops.pictures.length + 1));
  const { rows } = await sql<{ key: string; bytes: number; sha256: string }>`
    SELECT key, bytes, sha256 FROM image WHERE key = ANY(${keys}::text[])`.execute(db);
  const known = new Map(rows.map(({ key, ...sum }) => [`${tops.pictures}/${key}`, sum]));
  return page.map((part) => {
    const sum = known.get(part.path);
    return sum === undefined ? part : { ...part, known: sum };
  });
}

export const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'not_found');
