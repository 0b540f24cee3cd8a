import { placeBatch } from './place-batch.ts';
import { choiceAmong, takesWork } from './fitness.ts';
import type { Choice } from './fitness.ts';
import type { OutstandingJob, PlacingHost, WaitingJob } from './queue.ts';
import { depthOf, isUrgent, loadMsFor, loadedAtEnd, outstandingPerHost, remainingMs } from './queue.ts';

export interface Assignment {
  jobId: string;
  hostId: string;
  /** Posted in front of what the host has prefetched. */
  front: boolean;
}

/** A host while work is being handed out: what it will hold, and when it will be free. */
export interface Desk {
  host: PlacingHost;
  outstanding: OutstandingJob[];
  freeInMs: number;
  checkpoint: string | null;
  loraSet: string;
}

/** Jobs that may return to one host at once because it may hold their prompts. */
const mostReturning = 4;

/**
 * Hands waiting jobs to hosts. Pure: the same queue, hosts and time give the same answer.
 *
 * @param jobs in queue order (`compareWaiting`)
 * @param hosts all hosts, in any order
 * @param nowMs the time of the same clock as in jobs and hosts
 */
export function place(
  jobs: readonly WaitingJob[],
  hosts: readonly PlacingHost[],
  nowMs: number,
): Assignment[] {
  const desks = hosts.filter((host) => takesWork(host, nowMs)).map((host) => openDesk(host, nowMs));
  if (desks.length === 0) return [];
  const assignments: Assignment[] = [];
  const hand = (desk: Desk, job: WaitingJob, front = false): void => {
    assignments.push({ jobId: job.id, hostId: desk.host.id, front });
    seat(desk, job, front);
  };
  const returning = new Set(returnToTheirHosts(jobs, hosts, desks, nowMs, hand));
  const free = (job: WaitingJob): boolean =>
    !returning.has(job) && (job.notBeforeMs === null || job.notBeforeMs <= nowMs);
  const choice = choiceAmong(desks);
  placeUrgent(jobs, free, desks, choice, hand);
  placeBatch(jobs, (job) => free(job) && !isUrgent(job), desks, choice, nowMs, hand);
  return assignments;
}

function openDesk(host: PlacingHost, nowMs: number): Desk {
  return {
    host,
    outstanding: [...host.outstanding],
    freeInMs: remainingMs(host, nowMs),
    ...loadedAtEnd(host),
  };
}

function costOf(desk: Desk, job: WaitingJob): number {
  return desk.host.imageMs + loadMsFor(desk.host, desk.checkpoint, job.need.checkpoint);
}

function seat(desk: Desk, job: WaitingJob, front: boolean): void {
  desk.freeInMs += costOf(desk, job);
  const taken: OutstandingJob = { id: job.id, urgent: isUrgent(job), need: job.need, startedMs: null };
  if (front) {
    desk.outstanding.splice(1, 0, taken);
    return;
  }
  desk.outstanding.push(taken);
  desk.checkpoint = job.need.checkpoint;
  desk.loraSet = job.need.loraSet;
}

/** A job whose prompt may still be on a host goes back there, places or not. Answers all that must not go elsewhere. */
function returnToTheirHosts(
  jobs: readonly WaitingJob[],
  hosts: readonly PlacingHost[],
  desks: readonly Desk[],
  nowMs: number,
  hand: (desk: Desk, job: WaitingJob) => void,
): WaitingJob[] {
  const returning: WaitingJob[] = [];
  for (const job of jobs) {
    const host = job.stickyHost === null ? undefined : hosts.find(({ id }) => id === job.stickyHost);
    if (host === undefined || !mayReturn(host, job)) continue;
    // Until its new holder has spoken, nobody knows what the host still has.
    returning.push(job);
    const desk = desks.find((candidate) => candidate.host === host);
    const due = job.notBeforeMs === null || job.notBeforeMs <= nowMs;
    if (desk !== undefined && due && desk.outstanding.length < mostReturning) hand(desk, job);
  }
  return returning;
}

export function mayReturn(host: PlacingHost, job: WaitingJob): boolean {
  return (host.state === 'up' || host.state === 'unknown') && !job.unfitHosts.includes(host.id);
}

/** What a person waits for begins where it begins soonest, first come, first served. */
function placeUrgent(
  jobs: readonly WaitingJob[],
  free: (job: WaitingJob) => boolean,
  desks: readonly Desk[],
  choice: Choice<Desk>,
  hand: (desk: Desk, job: WaitingJob, front?: boolean) => void,
): void {
  // Jobs that find no place still count as work ahead of those behind them.
  const ahead = new Map(desks.map((desk) => [desk, { ms: 0, checkpoint: desk.checkpoint }]));
  for (const job of jobs) {
    if (!isUrgent(job) || !desks.some((desk) => seatFor(desk) !== null)) return;
    if (!free(job)) continue;
    let best: { desk: Desk; startMs: number } | null = null;
    for (const desk of choice(job)) {
      const startMs = startOf(desk, ahead.get(desk) ?? { ms: 0, checkpoint: null }, job);
      if (best === null || startMs < best.startMs) best = { desk, startMs };
    }
    if (best === null) continue;
    const { desk } = best;
    const queued = ahead.get(desk);
    const chosen = queued?.ms === 0 ? seatFor(desk) : null;
    if (chosen !== null) {
      hand(desk, job, chosen === 'front');
      if (queued !== undefined) queued.checkpoint = desk.checkpoint;
    } else if (queued !== undefined) {
      queued.ms += desk.host.imageMs + loadMsFor(desk.host, queued.checkpoint, job.need.checkpoint);
      queued.checkpoint = job.need.checkpoint;
    }
  }
}

/** The place that an urgent job would get: an ordinary one, one in front of a prefetched batch job, or none. */
function seatFor(desk: Desk): 'next' | 'front' | null {
  if (desk.outstanding.length < depthOf(desk.host)) return 'next';
  // Nothing goes in front on a host that is being tried out.
  if (desk.host.probing === true) return null;
  const waitingThere = desk.outstanding.slice(1);
  // A later `front` would jump an earlier one: only batch work is jumped, and only once.
  return desk.outstanding.length === outstandingPerHost && waitingThere.every((job) => !job.urgent)
    ? 'front'
    : null;
}

function startOf(desk: Desk, ahead: { ms: number; checkpoint: string | null }, job: WaitingJob): number {
  const first = desk.outstanding[0];
  const jumps = ahead.ms === 0 && seatFor(desk) === 'front';
  const before = jumps
    ? desk.freeInMs - desk.outstanding.slice(1).length * desk.host.imageMs
    : desk.freeInMs + ahead.ms;
  const checkpoint = jumps ? (first?.need.checkpoint ?? null) : ahead.checkpoint;
  return Math.max(0, before) + loadMsFor(desk.host, checkpoint, job.need.checkpoint);
}
