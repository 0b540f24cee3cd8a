import type { Hosts } from '../hosts/hosts.ts';
import type { Board } from './board.ts';
import type { DatabaseClock } from './clock.ts';

/** How long hosts take, learned from what they finish. */
export interface Durations {
  ended: (jobId: string, hostId: string, how: 'done' | 'failed') => void;
  /** When a host last ended a job, by the database's clock; 0: not yet. */
  freeSince: (hostId: string) => number;
}

export function buildDurations(deps: {
  hosts: Hosts;
  board: Board;
  clock: DatabaseClock;
  failed: (error: unknown) => void;
}): Durations {
  const free = new Map<string, number>();
  const lastCheckpoint = new Map<string, string | null>();
  return {
    ended(jobId, hostId, how) {
      const nowMs = deps.clock.nowMs();
      const job = deps.board.get(jobId);
      const began = job?.startedAtMs ?? null;
      // A prefetched prompt began when the one before it ended, not when it was posted.
      const tookMs = how === 'done' && began !== null ? nowMs - Math.max(began, free.get(hostId) ?? 0) : null;
      // Of a host's first picture nobody knows whether its checkpoint was there: taken as a load, it teaches least.
      const loaded = job !== undefined && lastCheckpoint.get(hostId) !== job.need.checkpoint;
      free.set(hostId, nowMs);
      if (how === 'failed') return;
      if (job !== undefined) lastCheckpoint.set(hostId, job.need.checkpoint);
      deps.hosts.finished(hostId, tookMs, loaded).catch(deps.failed);
    },
    freeSince: (hostId) => free.get(hostId) ?? 0,
  };
}
