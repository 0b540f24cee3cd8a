import { holdsAll } from './files.ts';
import type { Need } from './files.ts';
import type { PlacingHost, WaitingJob } from './queue.ts';

/** Whether a host takes new work now: it answers, a worker holds it, and its breaker is not open. */
export function takesWork(host: PlacingHost, nowMs: number): boolean {
  return host.state === 'up' && host.held && host.closedUntilMs <= nowMs;
}

/** Whether a host could do a job at all. */
export function canDo(host: PlacingHost, job: WaitingJob): boolean {
  return holdsAll(host.files, job.need) && !job.unfitHosts.includes(host.id);
}

/** Answers, for a job, the hosts that may have it. */
export type Choice<T> = (job: WaitingJob) => readonly T[];

/**
 * Who may have a job among these hosts: those that can do it, and of these the ones that failed it before only where
 * there is no other. Equal needs are answered once: a queue of thousands holds few different ones.
 */
export function choiceAmong<T extends { host: PlacingHost }>(candidates: readonly T[]): Choice<T> {
  const byNeed = new Map<Need, readonly T[]>();
  return (job) => {
    let able = byNeed.get(job.need);
    if (able === undefined)
      byNeed.set(job.need, (able = candidates.filter(({ host }) => holdsAll(host.files, job.need))));
    if (job.avoidHosts.length === 0 && job.unfitHosts.length === 0) return able;
    const fit = able.filter(({ host }) => !job.unfitHosts.includes(host.id));
    const fresh = fit.filter(({ host }) => !job.avoidHosts.includes(host.id));
    return fresh.length > 0 ? fresh : fit;
  };
}
