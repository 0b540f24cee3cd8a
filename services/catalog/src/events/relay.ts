import type { NumberedEvent } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { isDatabaseAway } from '../db/errors.ts';
import { singleFlight } from '../single-flight.ts';
import { newestEvent, numberDueEvents } from './stored.ts';

const atOnce = 500;

export interface Relay {
  wake: () => void;
  tick: () => Promise<void>;
  tellNewest: () => void;
  /** Waits until what is under way has been told; nothing is told afterwards. */
  stop: () => Promise<void>;
}

/**
 * The one place that numbers events. It sees committed rows only and runs never beside itself, so numbers follow the
 * order of commits as seen from here, have no gaps, and are told in their order.
 */
export function buildRelay(deps: { db: Db; publish: (event: NumberedEvent) => void; log: Log }): Relay {
  const { db, publish, log } = deps;
  let repeatNewest = false;

  async function relay(): Promise<void> {
    if (repeatNewest) {
      const newest = await newestEvent(db);
      repeatNewest = false;
      if (newest !== null) publish(newest);
    }
    let told: number;
    do {
      const events = await numberDueEvents(db, atOnce);
      for (const event of events) publish(event);
      told = events.length;
    } while (told === atOnce);
  }

  // Rows of a failed run stay unnumbered, or are in the table with their number: the next look goes on from there.
  const flight = singleFlight(relay, (error) => {
    log[isDatabaseAway(error) ? 'debug' : 'warn'](
      { err: error },
      'events could not be told; they are tried again',
    );
  });
  return {
    wake: flight.wake,
    tick: flight.tick,
    tellNewest() {
      repeatNewest = true;
      flight.wake();
    },
    stop: flight.stop,
  };
}
