import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BackupView, backupKey, upkeepRpc } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import { GazeError, serveRpc, toWireError } from '@gaze/runtime';
import type { Log, NatsConnection, RpcServer } from '@gaze/runtime';
import type { Events } from '../events/events.ts';
import { archivePrefix } from './collect-files.ts';
import type { BackupSource } from './contents.ts';
import { writeArchive } from './write-archive.ts';

/** Backups that this installation makes for whoever asks, kept as archives in the picture store until they are deleted. */
export interface Backups {
  /** Removes what a crash left behind. */
  start: () => void;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => RpcServer[];
}

const folder = '.backups/';
/** What is said of an archive lies beside it; it is written last. */
const noteKey = (id: string): string => `${folder}${id}.json`;
const tellEveryMs = 1000;

export function buildBackups(deps: BackupSource & { events: Events; log: Log }): Backups {
  const { store, dataDir, events, log } = deps;
  const stopping = new AbortController();
  /** The one that runs, or the last one that failed: neither has a note in the store. */
  let newest: BackupView | null = null;
  let running: Promise<void> | null = null;

  async function tell(): Promise<void> {
    await events.emit(deps.db, { type: 'upkeep.changed', what: 'backup' });
    events.wake();
  }

  async function start(pictures: boolean): Promise<BackupView> {
    if (running !== null)
      throw new GazeError('conflict', 'A backup is being made already. Wait until it is ready.');
    const at = new Date();
    const view: BackupView = {
      ...{ id: newId(at), state: 'running', created_at: at.toISOString(), pictures },
      ...{ files: 0, bytes: 0, problem: null },
    };
    newest = view;
    running = run(view, at).finally(() => (running = null));
    await tell();
    return view;
  }

  async function run(view: BackupView, at: Date): Promise<void> {
    const file = path.join(dataDir, `${archivePrefix}${view.id}.zip`);
    let toldAt = performance.now();
    try {
      await writeArchive(deps, {
        ...{ file, at, pictures: view.pictures, keyFile: null, signal: stopping.signal },
        onProgress(progress) {
          Object.assign(view, progress);
          if (performance.now() - toldAt < tellEveryMs) return;
          toldAt = performance.now();
          tell().catch((error: unknown) => log.warn({ err: error }, 'the progress of a backup was not told'));
        },
      });
      const { size: bytes } = await stat(file);
      await store.putStream(backupKey(view.id), createReadStream(file), {
        bytes,
        contentType: 'application/zip',
      });
      Object.assign(view, { state: 'done', bytes });
      await store.put(noteKey(view.id), Buffer.from(JSON.stringify(view)), {
        contentType: 'application/json',
      });
      newest = null;
      log.info({ backup: view.id, bytes }, 'a backup is ready');
    } catch (error) {
      Object.assign(view, { state: 'failed', problem: sentence(error) });
      await store.delete(backupKey(view.id)).catch(() => undefined);
      if (!stopping.signal.aborted) log.error({ err: error, backup: view.id }, 'a backup failed');
    } finally {
      await rm(file, { force: true });
    }
    if (!stopping.signal.aborted) await tell();
  }

  async function list(): Promise<{ backups: BackupView[] }> {
    const found: BackupView[] = newest === null ? [] : [newest];
    for await (const { key } of store.entries(folder)) {
      if (!key.endsWith('.json')) continue;
      const view = BackupView.safeParse(JSON.parse((await readAll(store, key)).toString('utf8')));
      if (view.success) found.push(view.data);
    }
    return { backups: found.sort((a, b) => (a.id < b.id ? 1 : -1)) };
  }

  async function remove(id: string): Promise<void> {
    if (newest?.id === id) {
      if (newest.state === 'running')
        throw new GazeError('conflict', 'This backup is being made. Delete it when it is ready.');
      newest = null;
    } else if (!(await store.exists(noteKey(id)))) {
      throw new GazeError('not_found', 'There is no such backup; it may have been deleted.', { field: 'id' });
    }
    // The note first: what has none is not listed any more.
    await store.delete(noteKey(id));
    await store.delete(backupKey(id));
    await tell();
  }

  async function tidy(): Promise<void> {
    for (const name of await readdir(dataDir))
      if (name.startsWith(archivePrefix)) await rm(path.join(dataDir, name), { force: true });
    for await (const { key } of store.entries(folder)) {
      const id = path.posix.basename(key, '.zip');
      if (key.endsWith('.zip') && newest?.id !== id && !(await store.exists(noteKey(id))))
        await store.delete(key);
    }
  }

  return {
    start() {
      tidy().catch((error: unknown) => log.warn({ err: error }, 'left-overs of backups were not removed'));
    },
    async stop() {
      stopping.abort(new Error('the catalog stops'));
      await running;
    },
    serve: (nc) => [
      serveRpc(nc, upkeepRpc.backups, list, { log }),
      serveRpc(nc, upkeepRpc.backupStart, ({ pictures }) => start(pictures), { log }),
      serveRpc(
        nc,
        upkeepRpc.backupDelete,
        async ({ id }) => {
          await remove(id);
          return {};
        },
        { log },
      ),
    ],
  };
}

/** Ids sort by their time. */
const newId = (at: Date): string => {
  const [day = '', time = ''] = at.toISOString().replace(/[-:]/g, '').split('T');
  return `${day}-${time.slice(0, 6)}-${randomBytes(3).toString('hex')}`;
};

function sentence(error: unknown): string {
  const wire = toWireError(error);
  if (wire.code !== 'internal') return wire.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? 'The disk is full. Free some space, or make the backup without pictures.'
    : 'The backup was not finished. The log of the catalog says why.';
}
