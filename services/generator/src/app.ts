import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection } from '@gaze/runtime';
import { buildReplica } from './host/replica.ts';
import type { Replica } from './host/replica.ts';
import { usualLimits } from './limits.ts';
import type { HostLimits } from './limits.ts';
import { buildCrashPoints } from './run/crash-points.ts';
import { buildLedger } from './run/ledger.ts';
import { buildPictureStore } from './run/store-pictures.ts';

/** The generator, wired: a replica that holds hosts, a ledger to ask, a store for the pictures. */
export function buildGenerator(deps: {
  replica: string;
  nc: NatsConnection;
  store: ObjectStore;
  limits?: HostLimits;
  /** See `buildCrashPoints`. */
  crashFile?: string | undefined;
  log: Log;
}): Replica {
  return buildReplica({
    replica: deps.replica,
    nc: deps.nc,
    ledger: buildLedger(deps.nc),
    pictures: buildPictureStore(deps.store, deps.log),
    crash: buildCrashPoints(deps.crashFile),
    limits: deps.limits ?? usualLimits,
    now: () => performance.now(),
    log: deps.log,
  });
}
