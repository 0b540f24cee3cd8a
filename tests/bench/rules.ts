import type { Assignment, PlacingHost, WaitingJob } from '@gaze/domain';
import { outstandingPerHost } from '@gaze/domain';

interface Desk {
  id: string;
  left: number;
  /** What it will have loaded when it comes to the next job. */
  checkpoint: string | null;
}

const desksOf = (hosts: readonly PlacingHost[]): Desk[] =>
  hosts.map(({ id, loaded, outstanding }) => ({
    id,
    left: outstandingPerHost - outstanding.length,
    checkpoint: outstanding.at(-1)?.need.checkpoint ?? loaded.checkpoint,
  }));

/** First come, first served, to whichever host has the least to do: what a plain queue would load. */
export function firstCome(waiting: readonly WaitingJob[], hosts: readonly PlacingHost[]): Assignment[] {
  const desks = desksOf(hosts);
  return waiting.flatMap((job) => {
    const desk = desks.toSorted((a, b) => b.left - a.left)[0];
    if (desk === undefined || desk.left <= 0) return [];
    desk.left--;
    return [{ jobId: job.id, hostId: desk.id, front: false }];
  });
}

/**
 * The pressure rule alone: a host goes on with its checkpoint while there is work for it, and then takes the one with
 * the most work and waiting behind it. It does not ask what other hosts load.
 */
export function pressureAlone(
  waiting: readonly WaitingJob[],
  hosts: readonly PlacingHost[],
  nowMs: number,
): Assignment[] {
  const groups = Map.groupBy(waiting, (job) => job.need.checkpoint);
  const assignments: Assignment[] = [];
  for (const desk of desksOf(hosts))
    for (; desk.left > 0 && groups.size > 0; desk.left--) {
      const checkpoint = groups.has(desk.checkpoint) ? desk.checkpoint : mostPressed(groups, hosts, nowMs);
      const jobs = groups.get(checkpoint) ?? [];
      const job = jobs.shift();
      if (jobs.length === 0) groups.delete(checkpoint);
      if (job === undefined) break;
      desk.checkpoint = checkpoint;
      assignments.push({ jobId: job.id, hostId: desk.id, front: false });
    }
  return assignments;
}

function mostPressed(
  groups: ReadonlyMap<string | null, readonly WaitingJob[]>,
  [host]: readonly PlacingHost[],
  nowMs: number,
): string | null {
  const pressure = (jobs: readonly WaitingJob[]): number =>
    jobs.length * (host?.imageMs ?? 0) + jobs.reduce((sum, job) => sum + nowMs - job.createdAtMs, 0);
  const [first] = [...groups].sort(([, a], [, b]) => pressure(b) - pressure(a));
  return first?.[0] ?? null;
}
