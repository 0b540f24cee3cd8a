import type { Log } from '@gaze/runtime';
import { sleep } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { singleFlight } from '../single-flight.ts';
import type { QueueKind } from './queue-state.ts';
import { queueView } from './queue-state.ts';

const gatherMs = 300;

/** Tells how full a queue is, a moment after it changed and only where it did. */
export function buildQueueTelling(deps: { db: Db; events: Events; kind: QueueKind; log: Log }): {
  changed: () => void;
  stop: () => Promise<void>;
} {
  const { db, events, kind, log } = deps;
  const stopping = new AbortController();
  let told = '';
  const flight = singleFlight(
    async () => {
      await sleep(gatherMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      const queue = await queueView(db, kind);
      const text = JSON.stringify(queue);
      if (text === told) return;
      await events.emit(db, { type: 'queue.changed', queue });
      told = text;
      events.wake();
    },
    (error) => log.debug({ err: error }, 'the queue could not be told; the next change tells it'),
  );
  return {
    changed: () => flight.wake(),
    async stop() {
      stopping.abort();
      await flight.stop();
    },
  };
}
