import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diskStore } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { tempDir, testLog } from '@gaze/testing';
import { buildEvents } from '../../../src/events/events.ts';
import { buildImages } from '../../../src/images/images.ts';
import { createKey } from '../../../src/keys/api-keys.ts';
import { changeEntity } from '../../../src/library/detail.ts';
import { setCover } from '../../../src/library/covers.ts';
import { buildFolderLock } from '../../../src/library/folder-lock.ts';
import { buildLibrary } from '../../../src/library/library.ts';
import { writeSetting } from '../../../src/settings/store.ts';
import type { BackupSource } from '../../../src/backup/contents.ts';
import { catalogDatabase } from '../../support/database.ts';
import { edit } from '../../support/editing.ts';
import type { TestLibrary } from '../../support/library.ts';
import { testLibrary } from '../../support/library.ts';
import { completeJob } from '../../support/pictures.ts';

/** A text with everything that a careless copy would change. */
export const oddText =
  '{\n\t"character_id" : "elke",   "n": 1.50,\r\n  "deep": {"ü": "\\u00e9 «☃» \\\\ \\""}\n}\n\n';

export interface Prepared extends AsyncDisposable {
  on: TestLibrary;
  source: BackupSource;
  pictureKey: string;
  /** Folder for whatever a test writes. */
  scratch: string;
}

/** An installation that holds one of everything which only the database knows, and one of every kind of file. */
export async function prepared(): Promise<Prepared> {
  const on = await testLibrary();
  const folder = await tempDir();
  const promptsDir = path.join(folder.path, 'prompts');
  await mkdir(promptsDir);
  await writeFile(path.join(promptsDir, 'character_system.txt'), 'Write a character.\n');
  await on.data.put('characters', 'elke.json', oddText);
  await on.data.put('scenes', 'quay.json', { scene_id: 'quay', scene_name: 'Quay' });
  await mkdir(path.join(on.data.path, 'workflows'));
  await writeFile(path.join(on.data.path, 'workflows/mine.json'), '{"3":{}}');
  await on.library.scan();
  await edit(on.writing, { type: 'patch', patch: { identity: { hair: 'silver' } } });
  const { views } = await completeJob(on, { owner: { category: 'characters', slug: 'elke' } });
  const [image] = views;
  if (image === undefined) throw new Error('no picture');
  await on.db.updateTable('image').set({ is_favourite: true, rating: 4 }).execute();
  on.images.wake();
  await on.images.stop();
  await changeEntity(on.db, 'characters', 'elke', {
    ...{ is_favourite: true, default_fields: ['identity::hair'], active_outfit: 'winter' },
    page_state: { seed: 7 },
  });
  const { key, sha256 } = await on.db.selectFrom('image').select(['key', 'sha256']).executeTakeFirstOrThrow();
  await setCover(on.db, 'characters', 'elke', { key, sha256 });
  await createKey(on.db, 'bot', ['read', 'generate']);
  await writeSetting(on.db, 'llm.provider', { base_url: 'http://x/v1', model: 'm', sealed_key: 'v1.sealed' });
  await openJob(on);
  return {
    on,
    pictureKey: key,
    scratch: folder.path,
    source: {
      db: on.db,
      store: on.store,
      dataDir: on.data.path,
      uploadsDir: on.storeRoot,
      promptsDir,
    },
    async [Symbol.asyncDispose]() {
      await on[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function openJob(on: TestLibrary): Promise<void> {
  await on.db.insertInto('batch').values({ id: 'b1', kind: 'image', label: 'Elke', count: 1 }).execute();
  await on.db
    .insertInto('job')
    .values({
      ...{ id: 'j1', batch_id: 'b1', ordinal: 0, kind: 'image', status: 'running', lane: 'batch' },
      ...{ label: 'Elke', snapshot: '{"schema": 1}', seed: 2 ** 53 - 1, attempt: 1, host_id: 'h' },
      loras: ['a "quoted", one', 'ü'],
    })
    .execute();
  await on.db
    .insertInto('attempt')
    .values({ job_id: 'j1', number: 1, holder: 'one', host_id: 'h', host_name: 'Atelier' })
    .execute();
}

export interface Fresh extends AsyncDisposable {
  db: BackupSource['db'];
  store: ObjectStore;
  dataDir: string;
  url: string;
  scan: () => Promise<void>;
}

/** Another installation: an empty database, and folders of its own or the given ones. */
export async function fresh(folders?: { dataDir: string; storeRoot: string }): Promise<Fresh> {
  const folder = await tempDir();
  const database = await catalogDatabase();
  const { db } = database;
  const dataDir = folders?.dataDir ?? path.join(folder.path, 'data');
  await mkdir(dataDir, { recursive: true });
  const store = diskStore({ root: folders?.storeRoot ?? path.join(folder.path, 'uploads') });
  const log = testLog('catalog');
  const events = buildEvents({ db, publish: () => undefined, log });
  const images = buildImages({ db, store, events, log });
  const library = buildLibrary({
    ...{ db, dataDir, events, store, log, modelRoots: {}, lock: buildFolderLock() },
    defaultCheckpoint: () => Promise.resolve(null),
  });
  return {
    ...{ db, store, dataDir, url: database.database.url },
    async scan() {
      await library.scan();
      await images.rescan();
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
