import type { ObjectStore } from '@gaze/media';
import { every } from '@gaze/runtime';
import { singleFlight } from '../single-flight.ts';
import type { WriteDeps } from './deps.ts';
import { movePictures } from './move-pictures.ts';
import { updateReferences } from './references.ts';
import type { DueRename } from './renames-store.ts';
import { dueRenames, endDue, isTakenAgain } from './renames-store.ts';

const retryEveryMs = 30_000;

export interface Renames {
  /** Brings along what is due now, and waits for it. */
  run: () => Promise<void>;
  start: () => void;
  stop: () => Promise<void>;
}

/** What follows a rename: other entities that name the renamed one, and the files of its pictures. */
export function buildRenames(deps: WriteDeps & { store: ObjectStore }): Renames {
  const { db, log } = deps;
  let ticker: { stop: () => void } | null = null;

  async function settle(due: DueRename): Promise<void> {
    if (due.references_due) {
      if (!(await isTakenAgain(db, due.category, { id: due.from_id }))) await updateReferences(deps, due);
      await endDue(db, due.id, 'references_due');
    }
    if (due.pictures_due && (await movePictures(deps, due))) await endDue(db, due.id, 'pictures_due');
  }

  async function settleAll(): Promise<void> {
    for (const due of await dueRenames(db)) {
      await settle(due).catch((error: unknown) =>
        log.warn(
          { err: error, from: due.from_slug, to: due.to_slug },
          'a rename is not through yet; what is left is tried again',
        ),
      );
    }
  }

  const flight = singleFlight(settleAll, (error) =>
    log.warn({ err: error }, 'renames could not be looked at; it is tried again'),
  );
  return {
    run: flight.run,
    start() {
      flight.wake();
      ticker = every(retryEveryMs, flight.tick, log);
    },
    async stop() {
      ticker?.stop();
      await flight.stop();
    },
  };
}
