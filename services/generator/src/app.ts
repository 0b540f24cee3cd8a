import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection } from '@gaze/runtime';
import { buildReplica } from './host/replica.ts';
import type { Replica } from './host/replica.ts';
import { buildLedger } from './run/ledger.ts';
import { buildPictureStore } from './run/store-pictures.ts';

/** The generator, wired: a replica that holds hosts, a ledger to ask, a store for the pictures. */
export function buildGenerator(deps: {
  replica: string;
  nc: NatsConnection;
  store: ObjectStore;
  log: Log;
}): Replica {
  return buildReplica({
    replica: deps.replica,
    nc: deps.nc,
    ledger: buildLedger(deps.nc),
    pictures: buildPictureStore(deps.store, deps.log),
    now: () => performance.now(),
    log: deps.log,
  });
}
