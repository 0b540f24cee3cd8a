import type { AttemptView, ImageView, JobDetail, JobView } from '@gaze/contracts';
import { thumbUrl } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { Images } from '../images/images.ts';
import { pauseReason, queuePrefix, queueStateOf } from './queue-state.ts';

/** The columns of a job's view: its owner's name and cover, its host, the host's name of the latest attempt. */
export function selectJobs(db: DbOrTrx) {
  return db
    .selectFrom('job')
    .leftJoin('entity as owner', (join) =>
      join.onRef('owner.category', '=', 'job.owner_category').onRef('owner.slug', '=', 'job.owner_slug'),
    )
    .leftJoin('host', 'host.id', 'job.host_id')
    .leftJoin('attempt', (join) =>
      join.onRef('attempt.job_id', '=', 'job.id').onRef('attempt.number', '=', 'job.attempt'),
    )
    .select([
      'job.id',
      'job.batch_id',
      'job.kind',
      'job.status',
      'job.lane',
      'job.label',
      'job.owner_category',
      'job.owner_slug',
    ])
    .select([
      'job.host_id',
      'job.checkpoint',
      'job.attempt',
      'job.reason',
      'job.error',
      'job.seed',
      'job.sets_cover',
      'job.is_nsfw',
    ])
    .select(['job.created_at', 'job.started_at', 'job.finished_at', 'job.notes'])
    .select([
      'owner.name as owner_name',
      'owner.cover_key',
      'owner.cover_sha256',
      'host.name as host_name',
      'attempt.host_name as attempt_host_name',
    ])
    .select((job) =>
      job
        .selectFrom('setting')
        .select('value')
        .where('key', '=', sql<string>`${queuePrefix} || job.kind`)
        .as('queue'),
    );
}

type JobRow = Awaited<ReturnType<ReturnType<typeof selectJobs>['executeTakeFirstOrThrow']>>;

function jobView(row: JobRow, images: ImageView[]): JobView {
  const { owner_category: category, owner_slug: slug } = row;
  return {
    id: row.id,
    batch_id: row.batch_id,
    kind: row.kind,
    status: row.status,
    lane: row.lane,
    label: row.label,
    owner: category === null || slug === null ? null : { category, slug, name: row.owner_name ?? slug },
    cover_thumb_url:
      row.cover_key === null || row.cover_sha256 === null ? null : thumbUrl(row.cover_key, row.cover_sha256),
    host: hostOf(row),
    checkpoint: row.checkpoint,
    attempts: row.attempt,
    reason: row.status === 'waiting' ? (pauseReason(queueStateOf(row.queue)) ?? row.reason) : row.reason,
    error: row.error,
    seed: row.seed,
    sets_cover: row.sets_cover,
    is_nsfw: row.is_nsfw,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    images,
    notes: row.notes,
  };
}

/**
 * A waiting job has no host, even where it is to go back to one; an LLM job never has one. A removed host keeps the name
 * that the attempt knew.
 */
function hostOf(row: JobRow): JobView['host'] {
  if (row.host_id === null || row.status === 'waiting' || row.kind === 'llm') return null;
  return { id: row.host_id, name: row.host_name ?? row.attempt_host_name ?? row.host_id };
}

export async function viewsOf(db: DbOrTrx, images: Images, rows: readonly JobRow[]): Promise<JobView[]> {
  const done = rows.filter((row) => row.status === 'done').map((row) => row.id);
  const pictures = done.length === 0 ? new Map<string, ImageView[]>() : await images.viewsForJobs(db, done);
  return rows.map((row) => jobView(row, pictures.get(row.id) ?? []));
}

/** Jobs by id, in the order of their ids, which is the order of their making. */
export async function jobViews(db: DbOrTrx, images: Images, ids: readonly string[]): Promise<JobView[]> {
  if (ids.length === 0) return [];
  // One text however many there are, sorted here: such a statement is planned once per connection.
  const rows = await selectJobs(db)
    .where('job.id', '=', sql<string>`any(${[...ids]}::text[])`)
    .execute();
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  return viewsOf(db, images, rows);
}

export function noSuchJob(id: string): GazeError {
  return new GazeError('not_found', `There is no job «${id}».`, { field: 'job_id' });
}

/** @throws GazeError not_found */
export async function jobViewOrThrow(db: DbOrTrx, images: Images, id: string): Promise<JobView> {
  const [view] = await jobViews(db, images, [id]);
  if (view === undefined) throw noSuchJob(id);
  return view;
}

/** @throws GazeError not_found */
export async function jobDetail(db: DbOrTrx, images: Images, id: string): Promise<JobDetail> {
  const view = await jobViewOrThrow(db, images, id);
  const { prompts } = await db
    .selectFrom('job')
    .select('prompts')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { ...view, prompts, attempt_history: await attemptViews(db, id) };
}

/** Null for a job that is not known. */
export async function jobStatus(db: DbOrTrx, id: string): Promise<JobView['status'] | null> {
  const row = await db.selectFrom('job').select('status').where('id', '=', id).executeTakeFirst();
  return row?.status ?? null;
}

export async function attemptViews(db: DbOrTrx, jobId: string): Promise<AttemptView[]> {
  const rows = await db
    .selectFrom('attempt')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    number: row.number,
    holder: row.holder,
    host: { id: row.host_id, name: row.host_name },
    prompt_id: row.prompt_id,
    status: row.status,
    error: row.error,
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  }));
}
