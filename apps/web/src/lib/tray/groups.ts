import type { JobView } from '@gaze/contracts';

export interface JobGroup {
  /** Of the batch: a group keeps its place while its jobs go. */
  id: string;
  jobs: readonly JobView[];
  first: JobView;
  title: string;
}

/** Jobs of one batch that wait for the same reason in the same lane are one line of the tray. */
export function groupByBatch(jobs: readonly JobView[]): JobGroup[] {
  const groups = new Map<string, JobView[]>();
  for (const job of jobs) {
    const group = groups.get(job.batch_id);
    if (group) group.push(job);
    else groups.set(job.batch_id, [job]);
  }
  return [...groups].flatMap(([id, members]) => {
    const first = members[0];
    return first ? [{ id, jobs: members, first, title: titleOf(members, first) }] : [];
  });
}

function titleOf(jobs: readonly JobView[], first: JobView): string {
  if (jobs.length === 1) return jobTitle(first);
  const owners = new Set(jobs.map((job) => `${job.owner?.category}/${job.owner?.slug}`));
  const things = first.kind === 'llm' ? 'cards' : 'pictures';
  return owners.size === 1
    ? `${first.owner?.name ?? first.label}, ${jobs.length} ${things}`
    : `${first.label} and ${jobs.length - 1} more`;
}

export function jobTitle(job: JobView): string {
  return job.label || job.owner?.name || 'A picture';
}

/** Why a job does not render yet, as a sentence. */
export function waitReason(job: JobView): string {
  if (job.reason !== null) return job.reason;
  const isPlaced = job.status === 'dispatched' || job.status === 'running';
  return isPlaced && job.host ? `Next on ${job.host.name}, after this one.` : 'Waits for a host.';
}
