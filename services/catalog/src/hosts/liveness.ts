import { every } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { listenToBus } from './bus-status.ts';

/**
 * Who was heard when, on this process's own clock. Silence is counted only over time in which somebody could have
 * been heard: from the start of this process, the last reconnect of the bus, and the end of any standstill of our own.
 */
export interface Liveness {
  replicaHeard: (replica: string) => void;
  replicaLeft: (replica: string) => void;
  /** Replicas that were heard of since this process began. */
  replicas: () => string[];
  hasLeft: (replica: string) => boolean;
  replicaSilentMs: (replica: string) => number;
  attemptHeard: (jobId: string, attempt: number) => void;
  attemptSilentMs: (jobId: string, attempt: number) => number;
  forgetAttempt: (jobId: string, attempt: number) => void;
  start: () => void;
  stop: () => void;
}

const tickMs = 1000;
/** A tick that comes this late means that we stood still and heard nobody. */
const standstillMs = 4000;

export function buildLiveness(deps: { nc: NatsConnection; now: () => number; log: Log }): Liveness {
  const { nc, now } = deps;
  const replicas = new Map<string, number>();
  const left = new Set<string>();
  const attempts = new Map<string, number>();
  let floor = now();
  let lastTick = now();
  let deaf = false;
  let stopListening: () => void = () => undefined;
  let ticker: { stop: () => void } | null = null;

  function tick(): void {
    if (deaf || now() - lastTick > standstillMs) floor = now();
    lastTick = now();
  }
  const tickLater = async (): Promise<void> => {
    tick();
    await Promise.resolve();
  };
  function silentMs(lastHeard: number | undefined): number {
    tick();
    return now() - Math.max(floor, lastHeard ?? floor);
  }
  const nameOf = (jobId: string, attempt: number): string => `${jobId}:${attempt}`;

  return {
    replicaHeard(replica) {
      left.delete(replica);
      replicas.set(replica, now());
    },
    replicaLeft: (replica) => void left.add(replica),
    replicas: () => [...replicas.keys()],
    hasLeft: (replica) => left.has(replica),
    replicaSilentMs: (replica) => silentMs(replicas.get(replica)),
    attemptHeard: (jobId, attempt) => void attempts.set(nameOf(jobId, attempt), now()),
    attemptSilentMs: (jobId, attempt) => silentMs(attempts.get(nameOf(jobId, attempt))),
    forgetAttempt: (jobId, attempt) => void attempts.delete(nameOf(jobId, attempt)),
    start() {
      floor = now();
      lastTick = now();
      ticker = every(tickMs, tickLater, deps.log);
      stopListening = listenToBus(nc, (connected) => {
        deaf = !connected;
        floor = now();
      });
    },
    stop() {
      ticker?.stop();
      stopListening();
    },
  };
}
