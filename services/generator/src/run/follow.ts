import { setTimeout as wait } from 'node:timers/promises';
import type { ComfyClient, HistoryEntry } from '../comfy/client.ts';
import { HostUnreachable, RunFailure } from '../comfy/errors.ts';

/** Seconds without any answer after which a host counts as gone: a refused connection is plain, silence is not. */
const refusedSeconds = 4;
const silentSeconds = 30;
const hangSeconds = 180;
/** Polls in a row that must miss a prompt before it counts as forgotten: it may be on its way from queue to history. */
const missesUntilLost = 3;

export interface Followed {
  promptId: string;
  /** Resolves soon after the host said something final about the prompt. A fresh promise after each. */
  nextSign: () => Promise<void>;
  /** Monotonic milliseconds at which the host began with it; null where nobody heard that. */
  startedMs: () => number | null;
  /** Monotonic milliseconds of the last step that was seen. */
  lastStepMs: () => number;
  cancelRequested: () => boolean;
}

export interface FollowOptions {
  client: ComfyClient;
  hostName: string;
  followed: Followed;
  /** Learned time of a model load on this host, in milliseconds: a slow load is no hang. */
  loadMs: number;
  pollMs: number;
  signal: AbortSignal;
  now: () => number;
}

/**
 * Waits until a prompt has ended and answers its history entry. The history is the truth; the socket only says
 * when to look.
 * @throws RunFailure where the host died, hangs, or has forgotten the prompt
 */
export async function follow(options: FollowOptions): Promise<HistoryEntry> {
  const { client, hostName, followed, signal, now } = options;
  const hangMs = Math.max(hangSeconds * 1000, 3 * options.loadMs);
  let misses = 0;
  let unreachableSince: number | null = null;
  let runningSince: number | null = null;

  for (;;) {
    signal.throwIfAborted();
    // Taken before the look: a sign that comes while the host is asked must not be slept through.
    const sign = followed.nextSign();
    try {
      const entry = await client.history(followed.promptId);
      if (entry !== null) return entry;
      const place = await client.where(followed.promptId);
      unreachableSince = null;
      if (place === null) {
        if (followed.cancelRequested()) throw forgotten('interrupted', hostName);
        if (++misses >= missesUntilLost) throw forgotten('interrupted', hostName);
      } else misses = 0;
      if (place === 'running') runningSince ??= now();
      if (runningSince !== null && now() - Math.max(runningSince, followed.lastStepMs()) > hangMs)
        throw hanging(hostName, hangMs);
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error;
      signal.throwIfAborted();
      unreachableSince ??= now();
      const refused = error.reason.includes('refused') || error.reason.includes('no way to');
      if (now() - unreachableSince > (refused ? refusedSeconds : silentSeconds) * 1000)
        throw gone(hostName, error);
    }
    await pause(misses > 0 || unreachableSince !== null ? 500 : options.pollMs, sign, signal);
  }
}

async function pause(ms: number, sign: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([
      wait(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => undefined),
      sign,
    ]);
  } finally {
    over.abort();
  }
}

function forgotten(failure: 'interrupted', hostName: string): RunFailure {
  return new RunFailure(failure, {
    code: 'host_failed',
    message: `${hostName} no longer knows the picture; it may have been restarted.`,
  });
}

function hanging(hostName: string, hangMs: number): RunFailure {
  return new RunFailure('host', {
    code: 'host_failed',
    message: `${hostName} has made no step for ${Math.round(hangMs / 1000)} s.`,
    hint: 'Restart that ComfyUI; the picture goes to another host.',
  });
}

function gone(hostName: string, error: HostUnreachable): RunFailure {
  return new RunFailure('host', {
    code: 'host_failed',
    message: `${hostName} went away: ${error.reason}.`,
    hint: 'Start that ComfyUI again; the picture goes on by itself.',
  });
}
