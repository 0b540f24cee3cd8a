import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GazeEvent } from '@gaze/contracts';
import { diskStore } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { tempDir, testLog } from '@gaze/testing';
import type { Db } from '../../src/db/connect.ts';
import type { ModelRoots, WriteDeps } from '../../src/editing/deps.ts';
import type { Events } from '../../src/events/events.ts';
import { buildEvents } from '../../src/events/events.ts';
import type { Images } from '../../src/images/images.ts';
import { buildImages } from '../../src/images/images.ts';
import { buildFolderLock } from '../../src/library/folder-lock.ts';
import type { Library } from '../../src/library/library.ts';
import { buildLibrary } from '../../src/library/library.ts';
import { markerFile } from '../../src/library/scan.ts';
import { catalogDatabase } from './database.ts';
import type { DataFolder } from './files.ts';
import { dataFolder } from './files.ts';

export interface TestLibrary extends AsyncDisposable {
  db: Db;
  data: DataFolder;
  store: ObjectStore;
  storeRoot: string;
  events: Events;
  images: Images;
  library: Library;
  /** What writers of files get; they share the library's lock. */
  writing: WriteDeps;
  /** Takes the events that were recorded since the last call. */
  takeEvents: () => Promise<GazeEvent[]>;
}

/** A library on a data folder of its own, marked as mounted. */
export async function testLibrary(options: { modelRoots?: ModelRoots } = {}): Promise<TestLibrary> {
  const folder = await tempDir();
  const database = await catalogDatabase();
  const { db } = database;
  await mkdir(path.join(folder.path, 'data'));
  await writeFile(path.join(folder.path, 'data', markerFile), '');
  const data = dataFolder(path.join(folder.path, 'data'));
  const storeRoot = path.join(folder.path, 'uploads');
  const store = diskStore({ root: storeRoot });
  const log = testLog('catalog');
  const events = buildEvents({ db, publish: () => undefined, log });
  const images = buildImages({ db, store, events, log });
  const lock = buildFolderLock();
  const writing = { db, dataDir: data.path, modelRoots: options.modelRoots ?? {}, events, lock, log };
  const library = buildLibrary({ ...writing, store, defaultCheckpoint: () => Promise.resolve(null) });
  return {
    ...{ db, data, store, storeRoot, events, images, library, writing },
    async takeEvents() {
      const rows = await db.selectFrom('event').select(['id', 'payload']).orderBy('id').execute();
      await db.deleteFrom('event').execute();
      return rows.map((row) => row.payload);
    },
    async [Symbol.asyncDispose]() {
      await library.stop();
      await images.stop();
      await events.stop();
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
