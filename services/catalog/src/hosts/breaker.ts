import { breakerMs } from '@gaze/domain';

/** Keeps work from hosts that just failed. It lives in memory: after a restart every host gets its chance. */
export interface Breakers {
  failed: (hostId: string) => void;
  succeeded: (hostId: string) => void;
  /** Milliseconds until the host gets work again; 0 for an open door. */
  closedForMs: (hostId: string) => number;
  /** Half open: it failed and has done nothing since, so that one job at most tries it out. */
  isProbing: (hostId: string) => boolean;
}

export function buildBreakers(now: () => number): Breakers {
  const broken = new Map<string, { inARow: number; until: number }>();
  return {
    failed(hostId) {
      const inARow = (broken.get(hostId)?.inARow ?? 0) + 1;
      broken.set(hostId, { inARow, until: now() + breakerMs(inARow) });
    },
    succeeded: (hostId) => void broken.delete(hostId),
    isProbing: (hostId) => broken.has(hostId),
    closedForMs: (hostId) => Math.max(0, (broken.get(hostId)?.until ?? 0) - now()),
  };
}
