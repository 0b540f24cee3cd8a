import { finalJobStatuses } from '@gaze/contracts';
import type { JobView, Progress, SocketMessage } from '@gaze/contracts';
import type { EventHub } from '../events/hub.ts';

/** How often jobs are asked for although no event told of them: an event may be lost with the bus. */
const lookEveryMs = 5000;

/**
 * Waits until all of some jobs are over, or the time is.
 *
 * @param ask how the jobs are now, in the order of `ids`
 * @param options.waitMs milliseconds; when they are over, the jobs are answered as they are
 * @param options.told hears the steps on the way
 */
export async function waitForJobs(
  deps: { hub: EventHub; ask: (ids: readonly string[]) => Promise<JobView[]> },
  ids: readonly string[],
  options: { waitMs: number; signal: AbortSignal; told: (progress: Progress) => void },
): Promise<JobView[]> {
  const waited = new Set(ids);
  let wake: () => void = () => undefined;
  const leave = deps.hub.listen({
    event({ topic, text }) {
      if (topic !== 'job') return;
      const message = JSON.parse(text) as SocketMessage;
      if (
        message.type === 'event' &&
        message.event.type === 'job.changed' &&
        waited.has(message.event.job.id)
      )
        wake();
    },
    reset: () => wake(),
    progress(text) {
      const message = JSON.parse(text) as SocketMessage;
      if (message.type === 'progress' && waited.has(message.progress.job_id)) options.told(message.progress);
    },
    preview: () => undefined,
  });
  const until = performance.now() + options.waitMs;
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const jobs = await deps.ask(ids);
      const left = until - performance.now();
      if (jobs.every((job) => finalJobStatuses.includes(job.status)) || left <= 0 || options.signal.aborted)
        return jobs;
      await first(changed, Math.min(left, lookEveryMs), options.signal);
    }
  } finally {
    leave();
  }
}

/** Resolves with the change, the time or the end of the request, whichever comes first. */
async function first(changed: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stop: () => void = () => undefined;
  await Promise.race([
    changed,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      stop = resolve;
      signal.addEventListener('abort', stop, { once: true });
    }),
  ]);
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}
