import { listedFiles as listed } from './files.ts';
import type { Need } from './files.ts';
import { canDo, takesWork } from './fitness.ts';
import { mayReturn } from './place.ts';
import type { PlacingHost, WaitingJob } from './queue.ts';
import { loadMsFor, loadedAtEnd, remainingMs } from './queue.ts';

/**
 * Places in the queue that are told one by one. Behind them the sentence stays the same: every picture that ends moves
 * all places, and a queue of thousands would be written and told anew each time.
 */
export const toldPlaces = 12;
export const farBack = `More than ${toldPlaces} jobs are ahead of it.`;

interface Line {
  host: PlacingHost;
  ahead: number;
  freeInMs: number;
  checkpoint: string | null;
}

/**
 * Why each job still waits, as a sentence.
 *
 * @param jobs waiting jobs in queue order that `place` gave no host
 * @param hosts all hosts, with what they hold after that placement
 */
export function explainWaiting(
  jobs: readonly WaitingJob[],
  hosts: readonly PlacingHost[],
  nowMs: number,
): Map<string, string> {
  const reasons = new Map<string, string>();
  const whyNobody = explainNobody(hosts);
  const lines = hosts
    .filter((host) => takesWork(host, nowMs))
    .map((host): Line => ({
      host,
      ahead: host.outstanding.length,
      freeInMs: remainingMs(host, nowMs),
      checkpoint: loadedAtEnd(host).checkpoint,
    }));
  // Jobs without a story of their own share the answer of their need: a long queue holds few different ones.
  const shared = new Map<Need, string | null>();
  const obstacleOf = (job: WaitingJob): string | null => {
    if (job.stickyHost !== null || job.unfitHosts.length > 0 || job.notBeforeMs !== null)
      return explainObstacle(job, hosts, nowMs);
    let obstacle = shared.get(job.need);
    if (obstacle === undefined) shared.set(job.need, (obstacle = explainObstacle(job, hosts, nowMs)));
    return obstacle;
  };
  let place = 0;
  for (const job of jobs) {
    const obstacle = whyNobody ?? obstacleOf(job);
    if (obstacle !== null) reasons.set(job.id, obstacle);
    else reasons.set(job.id, ++place > toldPlaces ? farBack : explainPlace(job, lines));
  }
  return reasons;
}

/** What keeps all work waiting; null where some host answers. */
function explainNobody(hosts: readonly PlacingHost[]): string | null {
  const enabled = hosts.filter((host) => host.state !== 'disabled');
  if (enabled.length === 0)
    return 'There is no ComfyUI host. Name one in COMFYUI_URLS or add it in Settings.';
  if (enabled.some((host) => host.state === 'up' && host.held)) return null;
  if (enabled.every((host) => !host.held))
    return 'No generator is running. Start one; the work goes on by itself.';
  if (enabled.every((host) => host.state === 'unknown')) return 'GAZE is still asking the ComfyUI hosts.';
  const [only] = enabled;
  const which =
    enabled.length === 1 && only !== undefined
      ? `Start ComfyUI at ${only.url}`
      : `Start one of them (${enabled.map((host) => host.url).join(', ')})`;
  return `No ComfyUI host answers. ${which}; the work goes on by itself.`;
}

/** What keeps this job from every host that answers; null where only its turn has not come. */
function explainObstacle(job: WaitingJob, hosts: readonly PlacingHost[], nowMs: number): string | null {
  const sticky = hosts.find((host) => host.id === job.stickyHost);
  if (sticky?.state === 'unknown' && mayReturn(sticky, job))
    return `It waits for ${sticky.name}, which may still have its picture.`;
  const up = hosts.filter((host) => host.state === 'up' && host.held);
  const able = up.filter((host) => canDo(host, job));
  if (able.length === 0) return explainUnable(job, up, hosts);
  if (job.notBeforeMs !== null && job.notBeforeMs > nowMs)
    return `It failed a moment ago and is tried again in ${about(job.notBeforeMs - nowMs)}.`;
  const closed = able.filter((host) => host.closedUntilMs > nowMs);
  if (closed.length < able.length) return null;
  const first = closed.reduce((a, b) => (a.closedUntilMs <= b.closedUntilMs ? a : b));
  return `${first.name} failed a moment ago and is tried again in ${about(first.closedUntilMs - nowMs)}.`;
}

function explainUnable(job: WaitingJob, up: readonly PlacingHost[], hosts: readonly PlacingHost[]): string {
  const missing = job.need.files.filter((file) => !up.some((host) => host.files.has(file)));
  const away = hosts.filter((host) => host.state !== 'up' && host.state !== 'disabled');
  const nowhere = missing.filter((file) => !away.some((host) => host.files.has(file)));
  if (nowhere.length > 0) {
    const them = nowhere.length === 1 ? ['the file', 'another'] : ['the files', 'others'];
    return `It waits because no host has ${listed(nowhere)}. Copy ${them[0]} to a ComfyUI host or choose ${them[1]}.`;
  }
  if (missing.length > 0) {
    const owner = away.find((host) => missing.every((file) => host.files.has(file)));
    const names = owner === undefined ? 'hosts that do not answer' : `${owner.name}, which does not answer`;
    return `It waits for ${names}; no host that answers has ${listed(missing)}.`;
  }
  const refused = up.filter((host) => job.unfitHosts.includes(host.id));
  if (refused.length > 0)
    return `It waits for another host: ${refused.map((host) => host.name).join(', ')} refused it.`;
  return `It waits because no single host has all of its files: ${listed(job.need.files)}.`;
}

/** The host that would come to it first, by learned times, and how many jobs it does before. */
function explainPlace(job: WaitingJob, lines: readonly Line[]): string {
  const cost = (line: Line): number => loadMsFor(line.host, line.checkpoint, job.need.checkpoint);
  const able = lines.filter((line) => canDo(line.host, job));
  const [some] = able;
  if (some === undefined) return 'It waits for its turn.';
  const line = able.reduce(
    (best, other) => (other.freeInMs + cost(other) < best.freeInMs + cost(best) ? other : best),
    some,
  );
  const waitMs = line.freeInMs;
  const ahead = line.ahead;
  line.freeInMs += cost(line) + line.host.imageMs;
  line.checkpoint = job.need.checkpoint;
  line.ahead++;
  return ahead === 0
    ? `It is next on ${line.host.name}.`
    : `${ahead} ahead on ${line.host.name}, ${about(waitMs)}.`;
}

/** A span for a person, coarse on purpose: a sentence that changes every second is noise. */
function about(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 100) return `about ${Math.max(10, Math.round(seconds / 10) * 10)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}
