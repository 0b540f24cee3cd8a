import { Heartbeat, HeartbeatReply, catalogRpc, hostRpc, hostsRpc, subjects } from '@gaze/contracts';
import { GazeError, every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { z } from 'zod';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { buildAssignment } from './assignment.ts';
import { buildBreakers } from './breaker.ts';
import { buildHeartbeats } from './heartbeats.ts';
import { buildHostBook } from './host-book.ts';
import type { BookedHost } from './host-book.ts';
import { environmentHosts } from './host-id.ts';
import { deleteHost, syncEnvironmentHosts } from './host-store.ts';
import { buildInventories } from './inventories.ts';
import { buildLiveness } from './liveness.ts';
import { buildHostManagement } from './manage.ts';
import type { Liveness } from './liveness.ts';
import { buildHostTelling } from './telling.ts';
import { hostViews } from './views.ts';

export type { BookedHost } from './host-book.ts';

export interface HostsDeps {
  db: Db;
  nc: NatsConnection;
  events: Events;
  /** Addresses that the environment fixes, each `url` or `name=url`; empty: ComfyUI's own default address. */
  comfyUrls: readonly string[];
  /** A clock that only goes forward, in milliseconds; tests hand in their own. */
  now?: () => number;
  log: Log;
}

/** The ComfyUI hosts: who holds them, how they are, what they have. */
export interface Hosts {
  start: () => Promise<void>;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
  /** All hosts as they are now. */
  list: () => BookedHost[];
  liveness: Liveness;
  /** Called when a replica asks that was started anew: what its earlier process worked on has nobody any more. */
  onReborn: (listener: (replica: string) => Promise<void>) => void;
  /** Called whenever something changed that placement looks at. */
  onChange: (listener: () => void) => void;
  /** A host failed a job: it gets no work for a moment. */
  failed: (hostId: string) => void;
  /** A host finished a job: how long it took, and whether a checkpoint was loaded for it. */
  finished: (hostId: string, tookMs: number | null, loaded: boolean) => Promise<void>;
  /** The work that a host holds has changed: whoever looks is told soon. */
  workChanged: (hostId: string) => void;
}

const assignEveryMs = 2000;
const heartbeatRpc = {
  subject: subjects.heartbeats,
  input: Heartbeat,
  output: HeartbeatReply,
  deadlineSeconds: 4,
};

export function buildHosts(deps: HostsDeps): Hosts {
  const { db, nc, events, log } = deps;
  const now = deps.now ?? (() => performance.now());
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const liveness = buildLiveness({ nc, now, log });
  const breakers = buildBreakers(now);
  const book = buildHostBook({ db, liveness, breakers });
  const telling = buildHostTelling({ db, events, log });
  const assignment = buildAssignment({ db, nc, events, liveness, book, changed, log });
  const heartbeats = buildHeartbeats({ db, events, liveness, book, changed, telling });
  const inventories = buildInventories({ db, book, changed });
  const management = buildHostManagement({ db, events, book, assignment, telling, changed, log });
  const incarnations = new Map<string, string>();
  const rebornListeners: ((replica: string) => Promise<void>)[] = [];
  let tickers: { stop: () => void }[] = [];
  let known = false;

  /** «You hold nothing» would make every holder drop its work: nobody is answered before the hosts are known. */
  function onceKnown<I, O>(handler: (input: I) => Promise<O>): (input: I) => Promise<O> {
    return async (input) => {
      if (!known) throw new GazeError('unavailable', 'The catalog is starting.');
      return handler(input);
    };
  }

  /** Before it gets its hosts, so that it meets none of its earlier attempts as a running one. */
  async function assigned(question: z.output<typeof hostRpc.assigned.input>) {
    const { replica, incarnation } = question;
    const before = incarnations.get(replica);
    if (incarnation !== undefined && before !== incarnation) {
      if (before !== undefined) for (const listener of rebornListeners) await listener(replica);
      incarnations.set(replica, incarnation);
    }
    return assignment.assigned(replica);
  }

  /** The environment's word on its hosts; what it no longer names goes, and the work there with it. */
  async function sync(): Promise<void> {
    const wanted = environmentHosts(deps.comfyUrls);
    await db.transaction().execute(async (trx) => {
      for (const id of await syncEnvironmentHosts(trx, wanted)) {
        await deleteHost(trx, id);
        await events.emit(trx, { type: 'host.removed', host_id: id });
      }
    });
    events.wake();
  }

  return {
    async start() {
      await sync();
      await book.load();
      liveness.start();
      known = true;
      tickers = [every(assignEveryMs, () => assignment.settle(), log)];
      for (const host of book.list()) telling.changed(host.id);
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      liveness.stop();
      await assignment.settled();
      await telling.stop();
    },
    serve: (on) => [
      serveRpc(on, catalogRpc.hostsList, async () => ({ hosts: await hostViews(db) }), { log }),
      serveRpc(on, hostsRpc.get, ({ host_id }) => management.detail(host_id), { log }),
      serveRpc(
        on,
        hostsRpc.add,
        onceKnown((host) => management.add(host)),
        { log },
      ),
      serveRpc(
        on,
        hostsRpc.change,
        onceKnown(({ host_id, ...change }) => management.change(host_id, change)),
        { log },
      ),
      serveRpc(
        on,
        hostsRpc.remove,
        onceKnown(async ({ host_id }) => {
          await management.remove(host_id);
          return {};
        }),
        { log },
      ),
      serveRpc(on, hostRpc.assigned, onceKnown(assigned), { log }),
      serveRpc(
        on,
        hostRpc.leave,
        onceKnown(({ replica }) => assignment.leave(replica)),
        { log },
      ),
      serveRpc(
        on,
        hostRpc.inventory,
        onceKnown((page) => inventories.take(page)),
        { log },
      ),
      serveRpc(
        on,
        heartbeatRpc,
        onceKnown((beat) => heartbeats.take(beat)),
        { log },
      ),
    ],
    list: () => book.list(),
    liveness,
    onReborn: (listener) => rebornListeners.push(listener),
    onChange: (listener) => listeners.push(listener),
    failed(hostId) {
      breakers.failed(hostId);
      changed();
    },
    async finished(hostId, tookMs, loaded) {
      breakers.succeeded(hostId);
      if (tookMs !== null) await book.learn(hostId, tookMs, loaded);
    },
    workChanged: (hostId) => telling.changed(hostId),
  };
}
