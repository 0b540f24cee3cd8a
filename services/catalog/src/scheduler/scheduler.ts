import { place } from '@gaze/domain';
import type { PlacingHost } from '@gaze/domain';
import { sleep } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { isDatabaseAway } from '../db/errors.ts';
import type { Events } from '../events/events.ts';
import type { Hosts } from '../hosts/hosts.ts';
import { untold } from '../jobs/tell.ts';
import type { TellJobs } from '../jobs/tell.ts';
import type { SingleFlight } from '../single-flight.ts';
import { singleFlight } from '../single-flight.ts';
import type { Board } from './board.ts';
import { heldBy } from './board.ts';
import type { DatabaseClock } from './clock.ts';
import { markDispatched, noteSent } from './dispatch.ts';
import type { Dispatched } from './dispatch.ts';
import { writeReasons } from './reasons.ts';
import type { JobStream } from './stream.ts';

export interface SchedulerDeps {
  db: Db;
  events: Events;
  hosts: Hosts;
  tell: TellJobs;
  tellLater: (ids: readonly string[]) => void;
  board: Board;
  clock: DatabaseClock;
  stream: JobStream;
  /** Whether anything may be given out. */
  open: () => boolean;
  /** When a host last ended a job, by the database's clock. */
  freeSince: (hostId: string) => number;
  log: Log;
}

export interface Scheduler {
  /** Looks at once; the named jobs have changed. */
  wake: (changedJobs?: readonly string[]) => void;
  /** Forgets what it knows and reads everything anew at the next look. */
  reload: () => void;
  /** Resolves after the look that is under way. */
  stop: () => Promise<void>;
}

/** Reasons and counts are told this long after a change, many changes at once. */
const tellAfterMs = 700;
const longestSleepMs = 60_000;

/**
 * Places work whenever something changed: reads the jobs that were named, decides (`place`), marks, sends. One look at
 * a time; what happens meanwhile is one more look.
 */
export function buildScheduler(deps: SchedulerDeps): Scheduler {
  const { db, board, clock, hosts, stream, log } = deps;
  const stopping = new AbortController();
  let dirty = new Set<string>();
  let loaded = false;
  let told = false;
  let alarm: NodeJS.Timeout | null = null;

  async function look(): Promise<void> {
    await readChanges();
    await sendOutbox();
    if (deps.open()) {
      const assignments = place(board.waiting(), placingHosts(), clock.nowMs());
      if (assignments.length > 0) {
        const dispatched = await markDispatched(db, assignments);
        const ids = assignments.map((assignment) => assignment.jobId);
        await send(dispatched).finally(() => board.refresh(db, ids));
        deps.tellLater(ids);
        for (const { hostId } of assignments) hosts.workChanged(hostId);
      }
    }
    telling.wake();
    setAlarm();
  }

  async function readChanges(): Promise<void> {
    const ids = dirty;
    dirty = new Set();
    try {
      if (loaded) await board.refresh(db, [...ids]);
      else {
        await clock.sync(db);
        await board.load(db);
        if (!told) deps.tellLater([...board.outstanding().map((job) => job.id), ...(await untold(db))]);
        told = true;
      }
      loaded = true;
    } catch (error) {
      for (const id of ids) dirty.add(id);
      throw error;
    }
  }

  /** Dispatches that no sequence is known of: left by a crash, or by a bus that was away. */
  async function sendOutbox(): Promise<void> {
    const left = board.outstanding().filter((job) => job.status === 'dispatched' && job.sequence === null);
    if (left.length === 0) return;
    await send(
      left.flatMap((job) =>
        job.hostId === null
          ? []
          : [{ id: job.id, dispatch: job.dispatch, hostId: job.hostId, lane: job.lane }],
      ),
    );
    await board.refresh(
      db,
      left.map((job) => job.id),
    );
  }

  async function send(jobs: readonly Dispatched[]): Promise<void> {
    const sent: Parameters<typeof noteSent>[1][number][] = [];
    try {
      for (const job of jobs) sent.push({ job, place: await stream.send(job) });
    } catch (error) {
      log.debug({ err: error }, 'the bus does not take jobs right now; they are sent as soon as it does');
    }
    await noteSent(db, sent);
  }

  function placingHosts(): PlacingHost[] {
    const outstanding = board.outstanding();
    const now = clock.nowMs();
    return hosts.list().map(({ closedForMs, ...host }) => ({
      ...host,
      outstanding: heldBy(outstanding, host.id, deps.freeSince(host.id)),
      closedUntilMs: closedForMs > 0 ? now + closedForMs : 0,
    }));
  }

  /** Wakes itself when a delay or a breaker runs out: nothing else would. */
  function setAlarm(): void {
    if (alarm !== null) clearTimeout(alarm);
    const now = clock.nowMs();
    const delays = board
      .waiting()
      .flatMap((job) => (job.notBeforeMs !== null && job.notBeforeMs > now ? [job.notBeforeMs - now] : []));
    const breakers = hosts.list().flatMap((host) => (host.closedForMs > 0 ? [host.closedForMs] : []));
    const soonest = delays.concat(breakers).reduce((least, ms) => Math.min(least, ms), longestSleepMs);
    alarm = setTimeout(() => flight.wake(), soonest + 5);
  }

  const telling: SingleFlight = singleFlight(
    async () => {
      await sleep(tellAfterMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted || !loaded || !deps.open()) return;
      const { written, more } = await writeReasons(deps, board.waiting(), placingHosts(), clock.nowMs());
      if (written.length > 0) flightTouch(written);
      if (more) telling.wake();
    },
    (error) => log.debug({ err: error }, 'reasons could not be written; the next look writes them'),
  );

  function flightTouch(ids: readonly string[]): void {
    for (const id of ids) dirty.add(id);
    flight.wake();
  }

  const flight = singleFlight(look, (error) => {
    log[isDatabaseAway(error) ? 'debug' : 'error']({ err: error }, 'placing work failed; it is tried again');
    // Whatever was half done shows when everything is read anew.
    loaded = false;
  });

  return {
    wake(changedJobs = []) {
      flightTouch(changedJobs);
    },
    reload() {
      loaded = false;
      flight.wake();
    },
    async stop() {
      stopping.abort();
      if (alarm !== null) clearTimeout(alarm);
      await telling.stop();
      await flight.stop();
      if (alarm !== null) clearTimeout(alarm);
    },
  };
}
