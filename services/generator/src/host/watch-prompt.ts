import { buildSign, isFinal } from '../run/prompts-in-flight.ts';
import type { PromptsInFlight } from '../run/prompts-in-flight.ts';
import { trackProgress } from '../run/progress.ts';
import type { Watch, WatchedPrompt } from '../run/run-host.ts';
import { buildStopwatch } from '../run/stopwatch.ts';
import type { Stopwatch } from '../run/stopwatch.ts';
import type { Progress } from '@gaze/contracts';

export interface Watching extends Watch {
  prompt: WatchedPrompt;
  stopwatch: Stopwatch;
  /** A person wants it stopped, and the host was told. */
  cancel: () => void;
  /** Its connection is gone: look now, and expect to hear nothing. */
  lost: () => void;
}

export interface WatchDeps {
  host: Progress['host'];
  inFlight: PromptsInFlight;
  now: () => number;
  showProgress: (progress: Progress) => void;
  showPreview: (jobId: string, mime: string, bytes: Buffer) => void;
  /** Its first step is done: the model is loaded. */
  sampling: (watching: Watching) => void;
}

/** Follows the socket's word on one prompt: progress, previews, times, and when a look at the host is worth it. */
export function watchPrompt(prompt: WatchedPrompt, deps: WatchDeps): Watching {
  const sign = buildSign();
  const stopwatch = buildStopwatch(prompt.graph);
  const tracker = trackProgress({
    jobId: prompt.jobId,
    attempt: prompt.attempt,
    host: deps.host,
    graph: prompt.graph,
  });
  let lastStepMs = deps.now();
  let cancelled = false;
  // Nothing is heard of a prompt that somebody else posted, nor after its connection went.
  let deaf = prompt.clientId === null;
  let sampled = false;

  const unlisten = deps.inFlight.listen(prompt.promptId, {
    onMessage(type, data) {
      const now = deps.now();
      deaf = false;
      stopwatch.take(type, data, now);
      const progress = tracker.take(type, data, now);
      if (progress !== null) {
        lastStepMs = now;
        deps.showProgress(progress);
      }
      if (!sampled && progress?.phase === 'sampling' && progress.step > 0) {
        sampled = true;
        deps.sampling(watching);
      }
      if (isFinal(type, data)) sign.give();
    },
    onPreview: (mime, bytes) => deps.showPreview(prompt.jobId, mime, bytes),
  });

  const watching: Watching = {
    prompt,
    stopwatch,
    followed: {
      promptId: prompt.promptId,
      nextSign: () => sign.next(),
      lastStepMs: () => lastStepMs,
      isDeaf: () => deaf,
      cancelRequested: () => cancelled,
    },
    cancel() {
      cancelled = true;
      sign.give();
    },
    lost() {
      deaf = true;
      sign.give();
    },
    startedMs: stopwatch.startedMs,
    stop: unlisten,
  };
  return watching;
}
