import type { JobStatus } from '@gaze/contracts';
import { compareWaiting, isUrgent, needOf, outstandingStatuses, patience, switchShareOf } from '@gaze/domain';
import type { Need, OutstandingJob, WaitingJob } from '@gaze/domain';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** An open job as the scheduler knows it. Times are milliseconds of the database's clock. */
export interface OpenJob extends WaitingJob {
  status: JobStatus;
  hostId: string | null;
  dispatch: number;
  attempt: number;
  front: boolean;
  reason: string | null;
  dispatchedAtMs: number;
  /** When it last came back into the queue. */
  putBackAtMs: number;
  startedAtMs: number | null;
  incarnation: string | null;
  sequence: number | null;
}

/**
 * All open jobs in memory, so that placing thousands of them reads nothing. Postgres stays the truth: whoever changes
 * a job names it, and the board reads that job anew; now and then it reads everything anew.
 */
export interface Board {
  load: (db: DbOrTrx) => Promise<void>;
  /** Jobs that were just made, as they were written. */
  take: (rows: readonly OpenRow[]) => void;
  /** Reads the named jobs anew. */
  refresh: (db: DbOrTrx, ids: readonly string[]) => Promise<void>;
  /** Waiting jobs in queue order. */
  waiting: () => readonly OpenJob[];
  /** Jobs that some host has or is about to have. */
  outstanding: () => OpenJob[];
  get: (id: string) => OpenJob | undefined;
  counts: () => { open: number; switchShare: number };
}

/** A job goes back to the host that may hold its prompt for this long; then to any. */
const returnsForMs = 90_000;

export function buildBoard(clock: { nowMs: () => number }): Board {
  const jobs = new Map<string, OpenJob>();
  const needs = new Map<string, Need>();
  /** Kept as jobs come and go: every submission asks, also where thousands wait. */
  let byCheckpoint = new Map<string | null, number>();
  let queue: OpenJob[] = [];
  let sorted = true;
  /** Jobs that were made while everything is read anew. */
  let meanwhile: OpenRow[] | null = null;

  /** Equal needs are one object: placement remembers its answers about them. */
  function interned(files: Parameters<typeof needOf>[0]): Need {
    const need = needOf(files);
    const known = needs.get(need.key);
    if (known !== undefined) return known;
    needs.set(need.key, need);
    return need;
  }

  function count(job: OpenJob, by: 1 | -1): void {
    const { checkpoint } = job.need;
    const left = (byCheckpoint.get(checkpoint) ?? 0) + by;
    if (left > 0) byCheckpoint.set(checkpoint, left);
    else byCheckpoint.delete(checkpoint);
  }

  function remove(id: string): void {
    const job = jobs.get(id);
    if (job === undefined) return;
    jobs.delete(id);
    count(job, -1);
  }

  function put(row: OpenRow): void {
    const job = toOpenJob(row, interned(row.files));
    remove(job.id);
    count(job, 1);
    if (job.status === 'waiting') {
      const before = queue.at(-1);
      if (before !== undefined && compareWaiting(before, job) > 0) sorted = false;
      queue.push(job);
    }
    jobs.set(job.id, job);
  }

  function take(rows: readonly OpenRow[]): void {
    // Whoever read a job knows more than its maker.
    for (const row of rows) if (!jobs.has(row.id)) put(row);
  }

  return {
    async load(db) {
      const late: OpenRow[] = (meanwhile = []);
      const rows = await selectOpen(db)
        .execute()
        .finally(() => (meanwhile = null));
      jobs.clear();
      byCheckpoint = new Map();
      needs.clear();
      queue = [];
      sorted = false;
      for (const row of rows) put(row);
      take(late);
    },
    take(rows) {
      meanwhile?.push(...rows);
      take(rows);
    },
    async refresh(db, ids) {
      if (ids.length === 0) return;
      const rows = await selectOpen(db)
        .where('id', 'in', [...ids])
        .execute();
      const named = new Set(ids);
      if (ids.some((id) => jobs.get(id)?.status === 'waiting'))
        queue = queue.filter((job) => !named.has(job.id));
      for (const id of ids) remove(id);
      for (const row of rows) put(row);
    },
    waiting() {
      if (!sorted) queue.sort(compareWaiting);
      sorted = true;
      const oldest = clock.nowMs() - returnsForMs;
      for (const job of queue) if (job.stickyHost !== null && job.putBackAtMs < oldest) job.stickyHost = null;
      return queue;
    },
    outstanding: () => [...jobs.values()].filter((job) => outstandingStatuses.includes(job.status)),
    get: (id) => jobs.get(id),
    counts: () => ({ open: jobs.size, switchShare: switchShareOf(byCheckpoint.values()) }),
  };
}

/** What placing reads of a job. */
export const openColumns = [
  'id',
  'status',
  'lane',
  'priority',
  'files',
  'host_id',
  'dispatch',
  'attempt',
  'front',
  'reason',
  'avoid_hosts',
  'unfit_hosts',
  'fair_ms',
  'stream_incarnation',
  'stream_sequence',
  sql<number>`extract(epoch FROM created_at)::float8 * 1000`.as('created_ms'),
  sql<number>`coalesce(extract(epoch FROM dispatched_at)::float8 * 1000, 0)`.as('dispatched_ms'),
  sql<number | null>`extract(epoch FROM started_at)::float8 * 1000`.as('started_ms'),
  sql<number>`coalesce(extract(epoch FROM heartbeat_at)::float8 * 1000, 0)`.as('heartbeat_ms'),
  sql<number | null>`extract(epoch FROM not_before)::float8 * 1000`.as('not_before_ms'),
] as const;

function selectOpen(db: DbOrTrx) {
  return db
    .selectFrom('job')
    .select(openColumns)
    .where('kind', '=', 'image')
    .where('status', 'in', ['waiting', 'dispatched', 'running', 'cancelling']);
}

export type OpenRow = Awaited<ReturnType<ReturnType<typeof selectOpen>['executeTakeFirstOrThrow']>>;

function toOpenJob(row: OpenRow, need: Need): OpenJob {
  const waits = row.status === 'waiting';
  return {
    id: row.id,
    status: row.status,
    lane: row.lane,
    priority: row.priority,
    createdAtMs: row.created_ms,
    need,
    stickyHost: waits ? row.host_id : null,
    putBackAtMs: row.heartbeat_ms,
    avoidHosts: row.avoid_hosts,
    unfitHosts: row.unfit_hosts,
    notBeforeMs: row.not_before_ms,
    deadlineMs: row.created_ms + patience * row.fair_ms,
    hostId: waits ? null : row.host_id,
    dispatch: row.dispatch,
    attempt: row.attempt,
    front: row.front,
    reason: row.reason,
    dispatchedAtMs: row.dispatched_ms,
    startedAtMs: row.status === 'dispatched' ? null : row.started_ms,
    incarnation: row.stream_incarnation,
    sequence: row.stream_sequence,
  };
}

/**
 * What one host holds, in the order in which it works on it: the first that it got, then what was put in front, then
 * the rest. It began its first one when that was started, or when it ended the one before.
 */
export function heldBy(
  outstanding: readonly OpenJob[],
  hostId: string,
  freeSinceMs: number,
): OutstandingJob[] {
  const held = outstanding
    .filter((job) => job.hostId === hostId)
    .sort((a, b) => a.dispatchedAtMs - b.dispatchedAtMs || (a.id < b.id ? -1 : 1));
  const [first, ...others] = held;
  if (first === undefined) return [];
  const order = [first, ...others.filter((job) => job.front), ...others.filter((job) => !job.front)];
  return order.map((job, place) => ({
    id: job.id,
    urgent: isUrgent(job),
    need: job.need,
    startedMs: place === 0 && job.startedAtMs !== null ? Math.max(job.startedAtMs, freeSinceMs) : null,
  }));
}
