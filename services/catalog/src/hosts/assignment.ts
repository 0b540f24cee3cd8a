import { assignHosts } from '@gaze/domain';
import type { CheckpointTimings } from '@gaze/contracts';
import { subjects } from '@gaze/contracts';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { HostBook } from './host-book.ts';
import { busyHosts, moveHost } from './host-store.ts';
import type { HostRow } from './host-store.ts';
import type { Liveness } from './liveness.ts';
import { hostViews } from './views.ts';

interface AssignedHost {
  host_id: string;
  name: string;
  url: string;
  epoch: number;
  timings: CheckpointTimings[];
}

export interface Assignment {
  /** The hosts that a replica shall hold now; a replica that asks is alive. */
  assigned: (replica: string) => Promise<{ hosts: AssignedHost[] }>;
  /** A replica says farewell: its hosts are free at once. */
  leave: (replica: string) => Promise<Record<string, never>>;
  /** Moves what has to move. */
  settle: () => Promise<void>;
  /** Holders ask for their hosts again. */
  tellHolders: () => void;
  settled: () => Promise<void>;
}

/** Gives hosts to replicas. Decisions are pure (`assignHosts`); one is made at a time. */
export function buildAssignment(deps: {
  db: Db;
  nc: NatsConnection;
  events: Events;
  liveness: Liveness;
  book: HostBook;
  changed: () => void;
  log: Log;
}): Assignment {
  const { db, nc, events, liveness, book, log } = deps;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function move(): Promise<void> {
    const rows = book.rows();
    const names = new Set([
      ...liveness.replicas(),
      ...rows.flatMap((row) => (row.holder === null ? [] : [row.holder])),
    ]);
    const replicas = [...names].map((name) => ({
      name,
      silentMs: liveness.replicaSilentMs(name),
      left: liveness.hasLeft(name),
    }));
    // A holder that nobody has heard of since this process began keeps its hosts, but gets no further ones.
    const heard = new Set(liveness.replicas());
    const known = replicas.filter(
      (replica) => heard.has(replica.name) || replica.left || rows.some((row) => row.holder === replica.name),
    );
    const busy = rows.length > 0 && known.length > 0 ? await busyHosts(db) : new Set<string>();
    const moves = assignHosts(
      rows.map((row) => ({ id: row.id, enabled: row.enabled, holder: row.holder, busy: busy.has(row.id) })),
      known,
    );
    if (moves.length === 0) return;
    const moved = await db.transaction().execute(async (trx) => {
      const changed: HostRow[] = [];
      for (const { hostId, holder } of moves) {
        const row = await moveHost(trx, hostId, holder);
        if (row === undefined) continue;
        changed.push(row);
        for (const host of await hostViews(trx, hostId))
          await events.emit(trx, { type: 'host.changed', host });
      }
      return changed;
    });
    for (const row of moved) {
      book.put(row);
      log.info(
        { host: row.name, holder: row.holder, epoch: row.epoch },
        row.holder === null ? `${row.name} has no holder` : `${row.name} goes to ${row.holder}`,
      );
    }
    events.wake();
    nc.publish(subjects.assignmentsChanged);
    deps.changed();
  }

  return {
    async assigned(replica) {
      liveness.replicaHeard(replica);
      await inTurn(move);
      // One that was turned off stays with its holder until its work is done; then `move` takes it away.
      const mine = book.rows().filter((row) => row.holder === replica);
      return {
        hosts: mine.map(({ id, name, url, epoch, timings }) => ({ host_id: id, name, url, epoch, timings })),
      };
    },
    async leave(replica) {
      liveness.replicaLeft(replica);
      await inTurn(move);
      return {};
    },
    settle: () => inTurn(move),
    tellHolders: () => nc.publish(subjects.assignmentsChanged),
    settled: async () => {
      await turn;
    },
  };
}
