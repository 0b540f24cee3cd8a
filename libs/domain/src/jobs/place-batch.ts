import type { Choice } from './fitness.ts';
import type { Desk } from './place.ts';
import { depthOf } from './queue.ts';
import type { WaitingJob } from './queue.ts';

interface Entry {
  job: WaitingJob;
  /** Who may have it. */
  desks: readonly Desk[];
}

/** Waiting batch jobs that want the same checkpoint, oldest first. */
interface Group {
  checkpoint: string | null;
  entries: Entry[];
}

interface Room {
  desks: readonly Desk[];
  groups: Map<string | null, Group>;
  nowMs: number;
}

/** How far down its group a job with the loaded LoRAs is looked for. */
const loraReach = 32;
/** A deadline counts as near when its group could be put off by fewer loads than this. */
const slackInLoads = 4;
/** Loading a checkpoint that another host serves has to save this part of the load's own time. */
const leastGainInLoads = 0.3;

/**
 * Hands batch work to free places: a host goes on with the checkpoint that it has; with none left it loads the one
 * with the most pressure that no other host serves; it helps another host only where that saves real time; and a
 * job that is about to overstay its patience forces a switch.
 */
export function placeBatch(
  jobs: readonly WaitingJob[],
  wanted: (job: WaitingJob) => boolean,
  desks: readonly Desk[],
  choice: Choice<Desk>,
  nowMs: number,
  hand: (desk: Desk, job: WaitingJob) => void,
): void {
  let open = desks.filter(hasPlace);
  if (open.length === 0) return;
  const room: Room = { desks, groups: groupByCheckpoint(jobs, wanted, choice), nowMs };
  while (open.length > 0 && room.groups.size > 0) {
    const desk = open.reduce((best, candidate) => (compareLoad(candidate, best) < 0 ? candidate : best));
    const job = choose(desk, room);
    if (job === null) open = open.filter((candidate) => candidate !== desk);
    else {
      remove(room.groups, job);
      hand(desk, job);
      open = open.filter(hasPlace);
    }
  }
}

const hasPlace = (desk: Desk): boolean => desk.outstanding.length < depthOf(desk.host);

function compareLoad(a: Desk, b: Desk): number {
  return a.outstanding.length - b.outstanding.length || a.freeInMs - b.freeInMs;
}

function groupByCheckpoint(
  jobs: readonly WaitingJob[],
  wanted: (job: WaitingJob) => boolean,
  choice: Choice<Desk>,
): Map<string | null, Group> {
  const groups = new Map<string | null, Group>();
  for (const job of jobs) {
    if (!wanted(job)) continue;
    const desks = choice(job);
    if (desks.length === 0) continue;
    const { checkpoint } = job.need;
    const group = groups.get(checkpoint);
    if (group === undefined) groups.set(checkpoint, { checkpoint, entries: [{ job, desks }] });
    else group.entries.push({ job, desks });
  }
  return groups;
}

function remove(groups: Map<string | null, Group>, job: WaitingJob): void {
  const group = groups.get(job.need.checkpoint);
  if (group === undefined) return;
  const at = group.entries.findIndex((entry) => entry.job === job);
  group.entries.splice(at, 1);
  if (group.entries.length === 0) groups.delete(group.checkpoint);
}

function choose(desk: Desk, room: Room): WaitingJob | null {
  const own = room.groups.get(desk.checkpoint);
  const head = own === undefined ? null : headFor(own, desk);
  const late = mostOverdue(desk, room);
  // What to load is decided when the host is free and not one picture earlier: more of its own may still arrive.
  if (own === undefined || head === null)
    return desk.outstanding.length > 0 ? null : (late ?? mostPressing(desk, room));
  // Back and forth between two late checkpoints would only load: the other one has to be later by a load.
  if (late !== null && late.deadlineMs + desk.host.loadMs < head.deadlineMs) return late;
  return alikeOr(head, own, desk, room.nowMs);
}

/** The oldest job of a group that this host may have. */
function headFor(group: Group, desk: Desk): WaitingJob | null {
  return group.entries.find((entry) => entry.desks.includes(desk))?.job ?? null;
}

/** A job with the loaded LoRAs too, unless the oldest one has waited for half of its patience. */
function alikeOr(head: WaitingJob, group: Group, desk: Desk, nowMs: number): WaitingJob {
  if (head.need.loraSet === desk.loraSet || nowMs > (head.createdAtMs + head.deadlineMs) / 2) return head;
  const alike = group.entries
    .slice(0, loraReach)
    .find(({ job, desks }) => job.need.loraSet === desk.loraSet && desks.includes(desk));
  return alike?.job ?? head;
}

/** The job that would overstay its patience if this host did not turn to it now. */
function mostOverdue(desk: Desk, room: Room): WaitingJob | null {
  const startMs = room.nowMs + desk.freeInMs;
  let worst: WaitingJob | null = null;
  for (const group of room.groups.values()) {
    if (group.checkpoint === desk.checkpoint) continue;
    const head = headFor(group, desk);
    // One picture more before the switch must still be in time.
    if (head === null || startMs + desk.host.imageMs <= head.deadlineMs) continue;
    const soonEnough = Math.max(head.deadlineMs, startMs);
    const served = serving(group, room.desks).some((other) => room.nowMs + other.freeInMs <= soonEnough);
    if (!served && (worst === null || head.deadlineMs < worst.deadlineMs)) worst = head;
  }
  return worst;
}

function serving(group: Group, desks: readonly Desk[]): Desk[] {
  return desks.filter((desk) => desk.checkpoint === group.checkpoint);
}

/** The checkpoint to load next: the one with the most work that nobody serves, else one whose hosts deserve help. */
function mostPressing(desk: Desk, room: Room): WaitingJob | null {
  let unserved: Option | null = null;
  let shared: { job: WaitingJob; gainMs: number } | null = null;
  for (const group of room.groups.values()) {
    const head = headFor(group, desk);
    if (head === null) continue;
    const servers = serving(group, room.desks).filter((server) => server !== desk);
    const workMs = group.entries.length * desk.host.imageMs;
    if (servers.length === 0) {
      const slackMs = head.deadlineMs - room.nowMs - workMs - desk.host.loadMs;
      const option = { job: head, workMs, pressed: slackMs < slackInLoads * desk.host.loadMs };
      if (unserved === null || pressesMore(option, unserved)) unserved = option;
      continue;
    }
    const gainMs = gainOfHelp(desk, servers, workMs);
    const worthIt = gainMs > 0 && gainMs >= leastGainInLoads * desk.host.loadMs;
    if (worthIt && (shared === null || gainMs > shared.gainMs)) shared = { job: head, gainMs };
  }
  return unserved?.job ?? shared?.job ?? null;
}

interface Option {
  job: WaitingJob;
  workMs: number;
  /** Its deadline is near enough to matter. */
  pressed: boolean;
}

/** Deadlines that are near decide by date; else the most work goes first, which evens out the end. */
function pressesMore(a: Option, b: Option): boolean {
  if (a.pressed !== b.pressed) return a.pressed;
  return a.pressed ? a.job.deadlineMs < b.job.deadlineMs : a.workMs > b.workMs;
}

/** Milliseconds by which a group is done sooner when this host loads its checkpoint too. */
function gainOfHelp(desk: Desk, servers: readonly Desk[], workMs: number): number {
  const backlogMs = servers.reduce((sum, server) => sum + server.freeInMs, 0);
  const aloneMs = (backlogMs + workMs) / servers.length;
  const delayMs = desk.freeInMs + desk.host.loadMs;
  const togetherMs = Math.max(
    (backlogMs + workMs + delayMs) / (servers.length + 1),
    delayMs + desk.host.imageMs,
  );
  return aloneMs - togetherMs;
}
