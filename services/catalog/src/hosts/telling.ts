import { sleep } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { HostView } from '@gaze/contracts';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { singleFlight } from '../single-flight.ts';
import { hostViews } from './views.ts';

/** Tells of hosts, and only of real change: a view that was told stays told. */
export interface HostTelling {
  /** Something about the host may have changed: told a moment later, many at once. */
  changed: (hostId: string) => void;
  /** The same at once, in the transaction that makes the change. */
  tell: (db: DbOrTrx, hostId: string) => Promise<void>;
  stop: () => Promise<void>;
}

const gatherMs = 150;

export function buildHostTelling(deps: { db: Db; events: Events; log: Log }): HostTelling {
  const { db, events, log } = deps;
  const told = new Map<string, string>();
  const due = new Set<string>();
  const stopping = new AbortController();

  async function emit(on: DbOrTrx, view: HostView): Promise<void> {
    await events.emit(on, { type: 'host.changed', host: view });
    told.set(view.id, JSON.stringify(view));
  }

  const flight = singleFlight(
    async () => {
      await sleep(gatherMs, stopping.signal).catch(() => undefined);
      const ids = [...due];
      due.clear();
      const news = (await hostViews(db)).filter(
        (view) => ids.includes(view.id) && told.get(view.id) !== JSON.stringify(view),
      );
      for (const view of news) await emit(db, view);
      if (news.length > 0) events.wake();
    },
    (error) => log.debug({ err: error }, 'hosts could not be told; the next change tells them'),
  );

  return {
    changed(hostId) {
      due.add(hostId);
      flight.wake();
    },
    async tell(on, hostId) {
      for (const view of await hostViews(on, hostId)) await emit(on, view);
    },
    async stop() {
      stopping.abort();
      await flight.stop();
    },
  };
}
