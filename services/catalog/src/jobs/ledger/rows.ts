import type { JobStatus, WireError } from '@gaze/contracts';
import { statusesBefore } from '@gaze/domain';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DbOrTrx, Trx } from '../../db/connect.ts';
import type { AttemptTable, JobTable } from '../../db/schema.ts';
import { measureEnd } from '../job-metrics.ts';
import type { EndedJob } from '../job-metrics.ts';

export type AttemptRow = Selectable<AttemptTable>;

const decisive = [
  'id',
  'status',
  'lane',
  'priority',
  'owner_category',
  'owner_slug',
  'host_id',
  'dispatch',
  'attempt',
  'counted_attempts',
  'avoid_hosts',
  'unfit_hosts',
  'front',
  'template_hash',
  'sets_cover',
  'is_nsfw',
  'checkpoint',
  'notes',
  'stream_incarnation',
  'stream_sequence',
] as const;

/** Whether its picture belongs to a sweep, which has a folder of its own. */
const isSweep = sql<boolean>`job.snapshot->'recipe'->>'sweep' IS NOT NULL`.as('is_sweep');

/** What the ledger decides by. */
export type LedgerJob = Pick<Selectable<JobTable>, (typeof decisive)[number]> & { is_sweep: boolean };

/** A job, locked for the rest of the transaction. */
export async function lockJob(trx: Trx, id: string): Promise<LedgerJob | undefined> {
  return trx
    .selectFrom('job')
    .select(decisive)
    .select(isSweep)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function findJob(db: DbOrTrx, id: string): Promise<LedgerJob | undefined> {
  return db.selectFrom('job').select(decisive).select(isSweep).where('id', '=', id).executeTakeFirst();
}

export async function attemptOf(db: DbOrTrx, jobId: string, number: number): Promise<AttemptRow | undefined> {
  return db
    .selectFrom('attempt')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('number', '=', number)
    .executeTakeFirst();
}

export async function endAttempt(
  trx: Trx,
  jobId: string,
  number: number,
  status: 'done' | 'failed' | 'lost',
  error: WireError | null,
): Promise<void> {
  await trx
    .updateTable('attempt')
    .set({ status, error: error === null ? null : JSON.stringify(error), finished_at: sql<Date>`now()` })
    .where('job_id', '=', jobId)
    .where('number', '=', number)
    .execute();
}

/** The only way into `waiting`: a placement is taken back, and its message means nothing from now on. */
export interface ReturnToQueue {
  /** Attempts that count so far. */
  counted?: number;
  /** Host that may still hold its prompt and is asked first. */
  returnsTo?: string | null;
  avoid?: string[];
  unfit?: string[];
  delayMs?: number;
}

export async function putBack(trx: Trx, id: string, how: ReturnToQueue = {}): Promise<void> {
  await move(trx, id, 'waiting', {
    host_id: how.returnsTo ?? null,
    stream_incarnation: null,
    stream_sequence: null,
    front: false,
    // A job that goes back to its host does so only for a while, counted from here.
    heartbeat_at: sql<Date>`now()`,
    not_before:
      how.delayMs === undefined || how.delayMs <= 0
        ? null
        : sql<Date>`now() + ${how.delayMs} * interval '1 millisecond'`,
    ...(how.counted === undefined ? {} : { counted_attempts: how.counted }),
    ...(how.avoid === undefined ? {} : { avoid_hosts: how.avoid }),
    ...(how.unfit === undefined ? {} : { unfit_hosts: how.unfit }),
  });
}

export async function finish(
  trx: Trx,
  id: string,
  status: 'done' | 'failed' | 'cancelled',
  values: { error?: WireError | null; counted?: number } = {},
): Promise<void> {
  const ended = await move(trx, id, status, {
    finished_at: sql<Date>`now()`,
    reason: null,
    not_before: null,
    error: values.error === undefined || values.error === null ? null : JSON.stringify(values.error),
    ...(values.counted === undefined ? {} : { counted_attempts: values.counted }),
  });
  // Before the commit: one that is rolled back, which is rare, is counted once more.
  measureEnd(ended);
}

/** @throws Error where the table of moves does not know the move: a fault of this program, never of its input */
async function move(trx: Trx, id: string, to: JobStatus, values: Record<string, unknown>): Promise<EndedJob> {
  const moved = await trx
    .updateTable('job')
    .set({ ...values, status: to })
    .where('id', '=', id)
    .where('status', 'in', statusesBefore(to))
    .returning([
      'kind',
      'status',
      sql<number>`extract(epoch FROM now() - created_at)::float8`.as('age'),
      sql<number | null>`extract(epoch FROM now() - started_at)::float8`.as('worked'),
    ])
    .executeTakeFirst();
  if (moved === undefined) throw new Error(`the job ${id} cannot become ${to} from what it is`);
  return moved;
}
