import type { JobStatus } from '@gaze/contracts';

/**
 * Every move that a job may make. `dispatched → waiting` and `running → waiting` take a placement back;
 * `failed → waiting` and `cancelled → waiting` are a person's retry; `waiting → done` is a completion that was
 * stored before its holder was given up.
 */
const moves: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  waiting: ['dispatched', 'done', 'failed', 'cancelled'],
  dispatched: ['waiting', 'running', 'done', 'failed', 'cancelled'],
  running: ['waiting', 'running', 'cancelling', 'done', 'failed'],
  cancelling: ['cancelled', 'done'],
  done: [],
  failed: ['waiting'],
  cancelled: ['waiting'],
};

/** Whether a job may go from one status to another. */
export function canMove(from: JobStatus, to: JobStatus): boolean {
  return moves[from].includes(to);
}

/** Statuses from which a job may go to `to`: the guard of every update of the ledger. */
export function statusesBefore(to: JobStatus): JobStatus[] {
  return (Object.keys(moves) as JobStatus[]).filter((from) => canMove(from, to));
}

/** Statuses of work that still occupies the queue or a host. */
export const openStatuses: readonly JobStatus[] = ['waiting', 'dispatched', 'running', 'cancelling'];

/** Statuses of jobs that a host may hold, so that they take one of its places. */
export const outstandingStatuses: readonly JobStatus[] = ['dispatched', 'running', 'cancelling'];

/** What a cancel makes of a job; null where there is nothing left to cancel. */
export function afterCancel(status: JobStatus): 'cancelled' | 'cancelling' | null {
  if (status === 'waiting' || status === 'dispatched') return 'cancelled';
  // A host may be rendering it: the holder stops it first, and a picture that is ready by then still counts.
  if (status === 'running' || status === 'cancelling') return 'cancelling';
  return null;
}
