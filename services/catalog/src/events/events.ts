import type { GazeEvent, NumberedEvent } from '@gaze/contracts';
import { catalogRpc } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db, DbOrTrx } from '../db/connect.ts';
import { buildRelay } from './relay.ts';
import { eventsSince, pruneEvents } from './stored.ts';

/** Events of changed state: rows of the transaction that makes the change, numbered and told after its commit. */
export interface Events {
  /** Records events, in this order; belongs into the transaction that makes the change. */
  emit: (db: DbOrTrx, ...events: readonly GazeEvent[]) => Promise<void>;
  /** «Something was committed»: call it after the transaction; without it the relay finds the rows a moment later. */
  wake: () => void;
  start: () => void;
  stop: () => Promise<void>;
  /** Tells the newest event again, so that listeners who missed some notice the gap: after a reconnect of the bus. */
  tellNewest: () => void;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** Rows that nobody announced with `wake` wait no longer than this. */
const lookEveryMs = 1000;
const pruneEveryMs = 10 * 60_000;
const rowsAtOnce = 500;

export function buildEvents(deps: {
  db: Db;
  publish: (event: NumberedEvent) => void;
  /** Hours for which they are kept; absent: a day. */
  keepHours?: () => Promise<number>;
  log: Log;
}): Events {
  const { db, log } = deps;
  const relay = buildRelay(deps);
  let tickers: { stop: () => void }[] = [];
  const prune = async (): Promise<void> => pruneEvents(db, await deps.keepHours?.());

  return {
    async emit(on, ...told) {
      for (let at = 0; at < told.length; at += rowsAtOnce) {
        const rows = told.slice(at, at + rowsAtOnce);
        await on
          .insertInto('event')
          .values(rows.map((event) => ({ payload: JSON.stringify(event), sequence: null })))
          .execute();
      }
    },
    wake: relay.wake,
    tellNewest: relay.tellNewest,
    start() {
      relay.tellNewest();
      tickers = [every(lookEveryMs, relay.tick, log), every(pruneEveryMs, prune, log)];
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      await relay.stop();
    },
    serve: (nc) => [
      serveRpc(nc, catalogRpc.eventsSince, ({ token, limit }) => eventsSince(db, token, limit), { log }),
    ],
  };
}
