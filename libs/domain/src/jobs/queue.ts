import type { HostState, Lane } from '@gaze/contracts';
import type { Need } from './files.ts';

/** A waiting job as the scheduler sees it. Times are milliseconds of one clock, the database's. */
export interface WaitingJob {
  id: string;
  lane: Lane;
  /** Lower goes first; below zero: brought to the front by a person. */
  priority: number;
  createdAtMs: number;
  need: Need;
  /** Host that may still hold a prompt of this job: it is asked before anything is rendered twice. */
  stickyHost: string | null;
  /** Hosts that failed it: taken again only where no other can do it. */
  avoidHosts: readonly string[];
  /** Hosts that refused it: never again. */
  unfitHosts: readonly string[];
  notBeforeMs: number | null;
  /** Until then it should have begun, whatever affinity says. */
  deadlineMs: number;
}

/** A job that a host holds or is about to. */
export interface OutstandingJob {
  id: string;
  urgent: boolean;
  need: Need;
  /** When it became the one that the host works on; null for one that is prefetched. */
  startedMs: number | null;
}

export interface PlacingHost {
  id: string;
  name: string;
  url: string;
  state: HostState;
  /** Why it is in that state, as a sentence. */
  reason: string;
  /** Whether a live worker holds it. */
  held: boolean;
  /** File keys of its inventory. A new inventory is a new set. */
  files: ReadonlySet<string>;
  loaded: { checkpoint: string | null; loraSet: string };
  /** In the order in which the host works on them. */
  outstanding: readonly OutstandingJob[];
  imageMs: number;
  /** Of a checkpoint that was not measured there. */
  loadMs: number;
  /** Measured load times by normalised checkpoint name; absent: none. */
  loads?: ReadonlyMap<string, number>;
  /** Closed after a failure until then; zero: open. */
  closedUntilMs: number;
  /** It failed and has done nothing since: one job tries it out, and only one. */
  probing?: boolean;
}

/** Work that a person waits for. */
export function isUrgent(job: { lane: Lane; priority: number }): boolean {
  return job.lane === 'interactive' || job.priority < 0;
}

/** Order of the queue: what a person waits for, then by priority, then first come, first served. */
export function compareWaiting(a: WaitingJob, b: WaitingJob): number {
  return (
    Number(isUrgent(b)) - Number(isUrgent(a)) ||
    a.priority - b.priority ||
    a.createdAtMs - b.createdAtMs ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** One running and one prefetched. */
export const outstandingPerHost = 2;

/** How many jobs a host may hold now. */
export function depthOf(host: Pick<PlacingHost, 'probing'>): number {
  return host.probing === true ? 1 : outstandingPerHost;
}

/** Milliseconds that a host takes to load what a job needs when `loaded` lies in its memory. */
export function loadMsFor(
  host: Pick<PlacingHost, 'loadMs' | 'loads'>,
  loaded: string | null,
  wanted: string | null,
): number {
  if (loaded === wanted) return 0;
  return (wanted === null ? undefined : host.loads?.get(wanted)) ?? host.loadMs;
}

/** Milliseconds until a host has worked off what it holds, by its learned times. */
export function remainingMs(host: PlacingHost, nowMs: number): number {
  let checkpoint = host.loaded.checkpoint;
  let total = 0;
  for (const job of host.outstanding) {
    const whole = host.imageMs + loadMsFor(host, checkpoint, job.need.checkpoint);
    const spent = job.startedMs === null ? 0 : Math.max(0, nowMs - job.startedMs);
    total += Math.max(whole - spent, whole / 10);
    checkpoint = job.need.checkpoint;
  }
  return total;
}

/** Checkpoint and LoRAs that a host will have loaded when it comes to its next job. */
export function loadedAtEnd(host: PlacingHost): { checkpoint: string | null; loraSet: string } {
  const last = host.outstanding.at(-1);
  return last === undefined ? host.loaded : { checkpoint: last.need.checkpoint, loraSet: last.need.loraSet };
}

/**
 * How long a job would wait if everything ran first come, first served: the measure of its fair time.
 *
 * @param queue jobs ahead of it, hosts that share the work, times in milliseconds, and `switchShare`, the share of
 * neighbours in the queue that need another checkpoint (0–1)
 */
export function fairWaitMs(queue: {
  ahead: number;
  hosts: number;
  imageMs: number;
  loadMs: number;
  switchShare: number;
}): number {
  const each = queue.imageMs + queue.switchShare * queue.loadMs;
  return queue.loadMs + queue.imageMs + (queue.ahead / Math.max(1, queue.hosts)) * each;
}

/** No job waits longer than this many times its fair time. */
export const patience = 3;

/** Share of neighbours that need another checkpoint when a queue of this mix is drawn at random. */
export function switchShareOf(countsByCheckpoint: Iterable<number>): number {
  let total = 0;
  let squares = 0;
  for (const count of countsByCheckpoint) {
    total += count;
    squares += count * count;
  }
  return total === 0 ? 0 : 1 - squares / (total * total);
}
