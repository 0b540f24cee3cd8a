import { setTimeout as wait } from 'node:timers/promises';
import type { ComfyClient, HistoryEntry } from '../comfy/client.ts';
import { HostUnreachable, RunFailure } from '../comfy/errors.ts';

/** A refused connection is plain: nobody is there. This long a host may take to come back before its jobs go elsewhere. */
const refusedMs = 3000;
/** Polls in a row that must miss a prompt before it counts as forgotten: it may be on its way from queue to history. */
const missesUntilLost = 3;
const uneasyPollMs = 500;

export interface Followed {
  promptId: string;
  /** Resolves soon after something happened that is worth a look at the host. A fresh promise after each. */
  nextSign: () => Promise<void>;
  /** Monotonic milliseconds of the last step that was seen. */
  lastStepMs: () => number;
  /** Nothing of the prompt can be heard, so that steps that are not heard say nothing. */
  isDeaf: () => boolean;
  cancelRequested: () => boolean;
}

export interface FollowOptions {
  client: ComfyClient;
  hostName: string;
  followed: Followed;
  /** How long a running prompt may make no step, and how long it may run unheard. */
  patience: { hangMs: number; deafMs: number };
  /** How long the host may answer nothing at all. */
  silentMs: number;
  pollMs: () => number;
  signal: AbortSignal;
  now: () => number;
}

/** The prompt makes no step any more: it has to be stopped, and whatever waits behind it goes elsewhere. */
export class PromptHangs extends RunFailure {}

/**
 * Waits until a prompt has ended and answers its history entry. The history is the truth; the socket only says
 * when to look.
 * @throws RunFailure where the host died, hangs, or has forgotten the prompt
 */
export async function follow(options: FollowOptions): Promise<HistoryEntry> {
  const { client, hostName, followed, signal, now } = options;
  let misses = 0;
  let lastAnswerMs = now();
  let refusedSince: number | null = null;
  let runningSince: number | null = null;

  for (;;) {
    signal.throwIfAborted();
    // Taken before the look: a sign that comes while the host is asked must not be slept through.
    const sign = followed.nextSign();
    let uneasy: boolean;
    try {
      const entry = await client.history(followed.promptId);
      if (entry !== null) return entry;
      const place = await client.where(followed.promptId);
      lastAnswerMs = now();
      refusedSince = null;
      misses = place === null ? misses + 1 : 0;
      uneasy = misses > 0;
      if (place === null && (followed.cancelRequested() || misses >= missesUntilLost))
        throw forgotten(hostName);
      if (place === 'running') runningSince ??= now();
      const since = runningSince === null ? null : now() - Math.max(runningSince, followed.lastStepMs());
      const limitMs = followed.isDeaf() ? options.patience.deafMs : options.patience.hangMs;
      if (place === 'running' && since !== null && since > limitMs)
        throw hanging(hostName, limitMs, followed.isDeaf());
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error;
      signal.throwIfAborted();
      uneasy = true;
      refusedSince = error.neverSent ? (refusedSince ?? now()) : null;
      const isGone = refusedSince !== null && now() - refusedSince >= refusedMs;
      if (isGone || now() - lastAnswerMs >= options.silentMs) throw gone(hostName, error);
    }
    await pause(uneasy ? uneasyPollMs : options.pollMs(), uneasy ? null : sign, signal);
  }
}

async function pause(ms: number, sign: Promise<void> | null, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  try {
    const time = wait(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) });
    await Promise.race([time.catch(() => undefined), ...(sign === null ? [] : [sign])]);
  } finally {
    over.abort();
  }
}

function forgotten(hostName: string): RunFailure {
  return new RunFailure('interrupted', {
    code: 'host_failed',
    message: `${hostName} no longer knows the picture; it may have been restarted.`,
  });
}

function hanging(hostName: string, limitMs: number, deaf: boolean): PromptHangs {
  const what = deaf ? 'has not ended a picture' : 'has made no step';
  return new PromptHangs('host', {
    code: 'host_failed',
    message: `${hostName} ${what} for ${Math.round(limitMs / 1000)} s.`,
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
