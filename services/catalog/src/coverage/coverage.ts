import { coverageRpc } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { coverageOf } from './cells.ts';

export interface Coverage {
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** Which combinations of a character have pictures. */
export function buildCoverage(deps: { db: Db; log: Log }): Coverage {
  return {
    serve: (nc) => [serveRpc(nc, coverageRpc.get, (query) => coverageOf(deps.db, query), { log: deps.log })],
  };
}
