import { sql } from 'kysely';
import { diskOf } from '../storage/disks.ts';
import type { DoctorDeps, Finding } from './finding.ts';
import { entriesOf, good } from './finding.ts';

const silentMinutes = 10;

/** Jobs that claim to be worked on and that nobody has spoken of for long. */
export async function checkJobs({ db }: DoctorDeps): Promise<Finding> {
  const { rows } = await sql<{ id: string; status: string; since: Date }>`
    SELECT id, status, coalesce(heartbeat_at, started_at, dispatched_at, created_at) AS since FROM job
    WHERE status IN ('dispatched', 'running', 'cancelling')
      AND coalesce(heartbeat_at, started_at, dispatched_at, created_at) < now() - make_interval(mins => ${silentMinutes})
    ORDER BY 3`.execute(db);
  if (rows.length === 0) return good('jobs', 'No job is stuck.');
  return {
    ...{ check: 'jobs', state: 'fault', count: rows.length, repair: null },
    message: `${entriesOf(rows.length, `job has been silent for ${silentMinutes} minutes or more.`, `jobs have been silent for ${silentMinutes} minutes or more.`)} GAZE takes them back while it runs with a generator; start it, or look at the generator's log.`,
    examples: rows
      .slice(0, 10)
      .map(({ id, status, since }) => `${id}: ${status} since ${since.toISOString()}`),
  };
}

/** Who can render. */
export async function checkHosts({ db }: DoctorDeps): Promise<Finding> {
  const hosts = await db
    .selectFrom('host')
    .select(['name', 'enabled', 'state', 'reason'])
    .orderBy('name')
    .execute();
  const enabled = hosts.filter((host) => host.enabled);
  const up = enabled.filter(({ state }) => state === 'up');
  if (enabled.length === 0)
    return {
      ...{ check: 'hosts', state: 'fault', count: 0, examples: [], repair: null },
      message:
        'No ComfyUI host is enabled, so nothing can be rendered. Add one in Settings, or set COMFYUI_URLS.',
    };
  const down = enabled.filter(({ state }) => state !== 'up');
  if (down.length === 0)
    return good('hosts', entriesOf(up.length, 'ComfyUI host is up.', 'ComfyUI hosts are up.'));
  return {
    ...{ check: 'hosts', state: up.length === 0 ? 'fault' : 'note', count: down.length, repair: null },
    message: `${up.length} of ${enabled.length} ComfyUI hosts are up.`,
    examples: down.map(({ name, state, reason }) => `${name}: ${state}${reason === '' ? '' : `, ${reason}`}`),
  };
}

const leastBytes = 1024 ** 3;
const leastShare = 0.03;

/** Room for what comes. */
export async function checkSpace({ dataDir, uploadsDir }: DoctorDeps): Promise<Finding> {
  const low: string[] = [];
  for (const folder of [dataDir, ...(uploadsDir === null ? [] : [uploadsDir])]) {
    const disk = await diskOf(folder);
    if (disk === null || (disk.free_bytes > leastBytes && disk.free_bytes > disk.total_bytes * leastShare))
      continue;
    low.push(`${folder}: ${(disk.free_bytes / 1024 ** 3).toFixed(1)} GB free`);
  }
  if (low.length === 0) return good('space', 'The disks have room.');
  return {
    ...{ check: 'space', state: 'fault', count: low.length, examples: low, repair: null },
    message: 'A disk is nearly full. Free some space; the queue pauses when nothing can be stored.',
  };
}
