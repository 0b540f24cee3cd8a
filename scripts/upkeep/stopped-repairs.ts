import type { Repairs } from '../../services/catalog/src/doctor/doctor.ts';
import { buildEvents } from '../../services/catalog/src/events/events.ts';
import { buildImages } from '../../services/catalog/src/images/images.ts';
import { buildFolderLock } from '../../services/catalog/src/library/folder-lock.ts';
import { buildLibrary } from '../../services/catalog/src/library/library.ts';
import { lockOnce } from '../../services/catalog/src/lock.ts';
import { migrate } from '../../services/catalog/src/db/migrate.ts';
import { SpokenError } from '../launcher/spoken-error.ts';
import type { Installation } from './installation.ts';

/** What the doctor repairs with while no catalog runs: the catalog's own parts, under its lock. */
export async function stoppedRepairs(house: Installation): Promise<Repairs & AsyncDisposable> {
  const { db, store, dataDir, log } = house;
  const release = await lockOnce(house.databaseUrl);
  if (release === null)
    throw new SpokenError(
      'A catalog works on this database. Set NATS_URL so that it can be asked, or stop it.',
    );
  await migrate(db);
  const events = buildEvents({ db, publish: () => undefined, log });
  const images = buildImages({ db, store, events, log });
  const library = buildLibrary({
    ...{ db, store, dataDir, events, log, modelRoots: {}, lock: buildFolderLock() },
    defaultCheckpoint: () => Promise.resolve(null),
  });
  return {
    async rescanFiles() {
      await library.scan(undefined, { everything: true });
    },
    async rescanPictures() {
      await images.rescan();
    },
    writeSidecars: images.wake,
    async [Symbol.asyncDispose]() {
      await library.stop();
      await images.stop();
      await events.stop();
      await release();
    },
  };
}
