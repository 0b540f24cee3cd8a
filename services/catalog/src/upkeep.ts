import { operatorRpc, upkeepRpc } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { serveRpc } from '@gaze/runtime';
import type { NatsConnection, RpcServer } from '@gaze/runtime';
import { buildBackups } from './backup/backups.ts';
import type { Repairs } from './doctor/doctor.ts';
import { runDoctor } from './doctor/doctor.ts';
import type { WriteDeps } from './editing/deps.ts';
import type { Images } from './images/images.ts';
import { buildImports } from './import/imports.ts';
import type { Library } from './library/library.ts';
import { storageView } from './storage/storage.ts';

/** Where an installation keeps what is no entity and no picture. */
export interface UpkeepFolders {
  /** Folder of the picture store; null where an S3 server holds the pictures. */
  uploadsDir: string | null;
  promptsDir: string | null;
  /** Below these an import by the API may read; empty: it reads nothing. */
  importRoots: readonly string[];
}

export interface Upkeep {
  start: () => void;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => RpcServer[];
}

/** Backups, the import of the original, the doctor, and what lies where. */
export function buildUpkeep(
  deps: UpkeepFolders & {
    store: ObjectStore;
    writing: WriteDeps;
    library: Pick<Library, 'scan'>;
    images: Pick<Images, 'rescan' | 'wake'>;
    llmIsFixed: boolean;
  },
): Upkeep {
  const { store, writing, images, library, uploadsDir } = deps;
  const { db, dataDir, events, log } = writing;
  const where = { db, store, dataDir, uploadsDir };
  const backups = buildBackups({ ...where, promptsDir: deps.promptsDir, events, log });
  const imports = buildImports({
    ...{ writing, store, llmIsFixed: deps.llmIsFixed, roots: deps.importRoots },
    rescanPictures: images.rescan,
  });
  const repairs: Repairs = {
    async rescanFiles() {
      await library.scan(undefined, { everything: true });
    },
    async rescanPictures() {
      await images.rescan();
    },
    writeSidecars: images.wake,
  };
  return {
    start: backups.start,
    async stop() {
      await imports.stop();
      await backups.stop();
    },
    serve: (nc) => [
      ...backups.serve(nc),
      ...imports.serve(nc),
      serveRpc(nc, upkeepRpc.storage, () => storageView(where), { log }),
      serveRpc(nc, upkeepRpc.doctor, ({ deep }) => runDoctor(where, repairs, { deep, repair: false }), {
        log,
      }),
      serveRpc(nc, operatorRpc.repair, ({ deep }) => runDoctor(where, repairs, { deep, repair: true }), {
        log,
      }),
    ],
  };
}
