import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { categoryList } from '@gaze/contracts';
import { GazeMediaError, checkKey, readAll, sniffImage } from '@gaze/media';
import { hashOf } from '../library/own-files.ts';
import { decideTaking } from './decide.ts';
import type { ImportState } from './deps.ts';
import { count, problem } from './deps.ts';
import { importedBefore, noteImported } from './records.ts';
import type { SourceFile } from './source-folder.ts';
import { filesOf, places } from './source-folder.ts';

const pictureName = /\.(png|jpe?g|webp)$/i;
const folders = new Map(categoryList.map(({ folder, name }) => [folder, name]));

/** Where a file of the original's uploads lies here: folders of JSON files (`clothing`) become those of categories. */
export function keyOfUpload(name: string): string {
  const [top = '', ...rest] = name.split('/');
  return [rest.length > 0 ? (folders.get(top) ?? top) : top, ...rest].join('/');
}

interface Records {
  pictures: ReadonlyMap<string, string>;
  sidecars: ReadonlyMap<string, string>;
}

/** Copies pictures with their sidecars into the store, one after the other, as streams. */
export async function takePictures(state: ImportState): Promise<void> {
  const records = {
    pictures: await importedBefore(state.writing.db, 'picture'),
    sidecars: await importedBefore(state.writing.db, 'sidecar'),
  };
  let others = 0;
  for await (const file of filesOf(path.join(state.folder, places.uploads))) {
    state.signal.throwIfAborted();
    if (pictureName.test(file.name)) await takePicture(state, file, records);
    else if (!pictureName.test(file.name.replace(/\.json$/, ''))) others++;
  }
  if (others > 0)
    state.report.notes.push(
      `${others} files of ${places.uploads} are neither pictures nor sidecars and were left out.`,
    );
}

async function takePicture(state: ImportState, file: SourceFile, records: Records): Promise<void> {
  const key = keyOfUpload(file.name);
  const shown = `${places.uploads}/${file.name}`;
  try {
    checkKey(key);
  } catch {
    problem(state, shown, 'The name of the file is none that GAZE can keep.');
    return;
  }
  const there = await sizeOf(state, key);
  // Pictures never change: their size says enough, and a second run reads none of them.
  const theirs = String(file.bytes);
  const taking = decideTaking({ theirs, ours: there, before: records.pictures.get(key) });
  if (taking === 'added') {
    if (!(await isPicture(file.file))) {
      problem(state, shown, 'The file is no picture.');
      return;
    }
    if (!state.dryRun) await store(state, file, key);
  }
  // A picture here of another size is another one of the same name.
  count(state, 'pictures', taking === 'updated' ? 'kept' : taking);
  // What was deleted here stays deleted, its marks with it.
  if (taking === 'kept') return;
  await takeSidecar(state, file, key, { records, isNew: taking === 'added' });
  if (!state.dryRun && records.pictures.get(key) !== theirs)
    await noteImported(state.writing.db, 'picture', key, theirs);
}

/** The sidecar first: a picture that is seen without its marks would be taken over without them. */
async function store(state: ImportState, file: SourceFile, key: string): Promise<void> {
  const sidecar = await readFile(`${file.file}.json`).catch(() => null);
  if (sidecar !== null && !(await state.store.exists(`${key}.json`))) {
    await state.store.put(`${key}.json`, sidecar, { contentType: 'application/json' });
  }
  await state.store.putStream(key, createReadStream(file.file), { bytes: file.bytes });
}

async function takeSidecar(
  state: ImportState,
  file: SourceFile,
  key: string,
  { records, isNew }: { records: Records; isNew: boolean },
): Promise<void> {
  const bytes = await readFile(`${file.file}.json`).catch(() => null);
  if (bytes === null) return;
  const target = `${key}.json`;
  const here = await readAll(state.store, target).catch((error: unknown) => {
    if (error instanceof GazeMediaError && error.code === 'not_found') return null;
    throw error;
  });
  const [theirs, ours] = [hashOf(bytes), here === null ? null : hashOf(here)];
  const before = records.sidecars.get(key);
  // One that was laid there a moment ago, with its picture, is new all the same.
  const isLaid = isNew && ours === theirs;
  const taking = decideTaking({ theirs, ours: isLaid ? null : ours, before });
  if (!state.dryRun && !isLaid && (taking === 'updated' || taking === 'added'))
    await state.store.put(target, bytes, { contentType: 'application/json' });
  if (!state.dryRun && taking !== 'kept' && before !== theirs)
    await noteImported(state.writing.db, 'sidecar', key, theirs);
  count(state, 'sidecars', taking);
}

async function sizeOf(state: ImportState, key: string): Promise<string | null> {
  try {
    return String((await state.store.stat(key)).bytes);
  } catch (error) {
    if (error instanceof GazeMediaError && error.code === 'not_found') return null;
    throw error;
  }
}

const magicBytes = 16;

/** The first bytes decide, whatever the name says. */
async function isPicture(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
    return sniffImage(buffer.subarray(0, bytesRead)) !== null;
  } finally {
    await handle.close();
  }
}
