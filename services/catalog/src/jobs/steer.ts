import type { ControlMessage, JobView, QueueView, catalogRpc } from '@gaze/contracts';
import { subjects } from '@gaze/contracts';
import { afterCancel, openStatuses } from '@gaze/domain';
import type { NatsConnection } from '@gaze/runtime';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Images } from '../images/images.ts';
import { finish, lockJob, putBack } from './ledger/rows.ts';
import type { QueueKind, QueueState } from './queue-state.ts';
import { queueView, readQueueState, writeQueueState } from './queue-state.ts';
import type { TellJobs } from './tell.ts';
import { jobViewOrThrow, jobViews, noSuchJob } from './views.ts';

export interface SteerDeps {
  db: Db;
  nc: NatsConnection;
  events: Events;
  images: Images;
  tell: TellJobs;
  changed: (jobIds: readonly string[]) => void;
  /** Messages of placements that were taken back: nobody needs to fetch them any more. */
  withdrawn: (messages: readonly StreamPlace[]) => void;
  queueChanged: (kind: QueueKind, state: QueueState) => void;
}

export interface StreamPlace {
  incarnation: string;
  sequence: number;
}

/** Jobs of one transaction: «cancel everything» may mean thousands. */
const atOnce = 200;

/** An order for whoever holds a host. Lossy: what matters is repeated until it has happened. */
export function orderHost(nc: NatsConnection, hostId: string, order: ControlMessage): void {
  nc.publish(subjects.control(hostId), JSON.stringify(order));
}

export function buildSteering(deps: SteerDeps) {
  const { db, nc, events, images, tell } = deps;

  async function cancel(what: z.output<typeof catalogRpc.jobsCancel.input>): Promise<{ jobs: JobView[] }> {
    const ids = await idsToCancel(what);
    for (let from = 0; from < ids.length; from += atOnce) await cancelSome(ids.slice(from, from + atOnce));
    // The answer has to fit the bus: the first ones stand for all of them.
    return { jobs: await jobViews(db, images, ids.slice(0, atOnce)) };
  }

  async function idsToCancel(what: z.output<typeof catalogRpc.jobsCancel.input>): Promise<string[]> {
    const { job_ids: named = [], batch_id: batchId, all_waiting: allWaiting } = what;
    if (batchId === undefined && allWaiting !== true) {
      if (named.length === 0)
        throw new GazeError('invalid_input', 'Name jobs, a batch, or all that wait.', { field: 'job_ids' });
      return [...new Set(named)].sort();
    }
    const rows = await db
      .selectFrom('job')
      .select('id')
      .where((job) =>
        job.or([
          ...(named.length === 0 ? [] : [job('id', 'in', named)]),
          ...(batchId === undefined
            ? []
            : [job.and([job('batch_id', '=', batchId), job('status', 'in', [...openStatuses])])]),
          ...(allWaiting === true ? [job('status', 'in', ['waiting', 'dispatched'])] : []),
        ]),
      )
      .orderBy('id')
      .execute();
    return rows.map((row) => row.id);
  }

  async function cancelSome(ids: readonly string[]): Promise<void> {
    const orders: { jobId: string; hostId: string }[] = [];
    const messages: StreamPlace[] = [];
    await db.transaction().execute(async (trx) => {
      // Locked in one order, so that two cancels never wait for each other.
      const jobs = await trx
        .selectFrom('job')
        .select(['id', 'status', 'host_id', 'stream_incarnation', 'stream_sequence'])
        .where('id', 'in', [...ids])
        .orderBy('id')
        .forUpdate()
        .execute();
      const to = Map.groupBy(jobs, (job) => afterCancel(job.status));
      const ended = (to.get('cancelled') ?? []).map((job) => job.id);
      const ending = to.get('cancelling') ?? [];
      if (ended.length > 0) await endUnstarted(trx, ended);
      const started = ending.filter((job) => job.status === 'running').map((job) => job.id);
      if (started.length > 0)
        await trx.updateTable('job').set({ status: 'cancelling' }).where('id', 'in', started).execute();
      await tell(trx, [...ended, ...started]);
      for (const job of ending) if (job.host_id !== null) orders.push({ jobId: job.id, hostId: job.host_id });
      messages.push(...(to.get('cancelled') ?? []).flatMap(streamPlaceOf));
    });
    for (const { jobId, hostId } of orders) orderHost(nc, hostId, { type: 'cancel', job_id: jobId });
    deps.withdrawn(messages);
    events.wake();
    deps.changed(ids);
  }

  /** Puts a job that ended without a picture into the queue once more, as if it had just failed for the first time. */
  async function retry(jobId: string): Promise<JobView> {
    await db.transaction().execute(async (trx) => {
      const job = await lockJob(trx, jobId);
      if (job === undefined) throw noSuchJob(jobId);
      if (job.status !== 'failed' && job.status !== 'cancelled') {
        throw new GazeError(
          'conflict',
          `Only a job that failed or was cancelled can be retried; this one is ${job.status}.`,
          { field: 'job_id' },
        );
      }
      await putBack(trx, jobId, { counted: 0, avoid: [], unfit: [] });
      await trx
        .updateTable('job')
        .set({ error: null, finished_at: null, reason: 'It has just come in.' })
        .where('id', '=', jobId)
        .execute();
      await tell(trx, [jobId]);
    });
    events.wake();
    deps.changed([jobId]);
    return jobViewOrThrow(db, images, jobId);
  }

  /** Brings a job before all others. One that is placed behind another comes back and is placed anew. */
  async function front(jobId: string): Promise<JobView> {
    const withdraw: string[] = [];
    const messages: StreamPlace[] = [];
    await db.transaction().execute(async (trx) => {
      const job = await lockJob(trx, jobId);
      if (job === undefined) throw noSuchJob(jobId);
      if (!openStatuses.includes(job.status) || job.status === 'cancelling') {
        throw new GazeError(
          'conflict',
          `Only a job that waits can be brought to the front; this one is ${job.status}.`,
          { field: 'job_id' },
        );
      }
      const first = await trx
        .selectFrom('job')
        .select(sql<number>`least(coalesce(min(priority), 0), 0)`.as('lowest'))
        .where('status', 'in', [...openStatuses])
        .executeTakeFirstOrThrow();
      await trx
        .updateTable('job')
        .set({ priority: first.lowest - 1 })
        .where('id', '=', jobId)
        .execute();
      if (job.status === 'dispatched') {
        await putBack(trx, jobId);
        messages.push(...streamPlaceOf(job));
      } else if (job.status === 'running' && job.host_id !== null) withdraw.push(job.host_id);
      await tell(trx, [jobId]);
    });
    // A prompt that is being rendered stays: the holder takes back only what waits on the host.
    for (const hostId of withdraw) orderHost(nc, hostId, { type: 'withdraw', job_id: jobId });
    deps.withdrawn(messages);
    events.wake();
    deps.changed([jobId]);
    return jobViewOrThrow(db, images, jobId);
  }

  async function changeQueue(kind: QueueKind, change: Partial<QueueState>): Promise<QueueView> {
    const { state, view } = await db.transaction().execute(async (trx) => {
      const next = { ...(await readQueueState(trx, kind)), ...change };
      await writeQueueState(trx, kind, next);
      const changed = await queueView(trx, kind);
      await events.emit(trx, { type: 'queue.changed', queue: changed });
      return { state: next, view: changed };
    });
    deps.queueChanged(kind, state);
    events.wake();
    return view;
  }

  /** Takes back what was handed out and has not begun; running pictures go on to their end. */
  async function callBack(kind: QueueKind): Promise<void> {
    const messages: StreamPlace[] = [];
    const ids: string[] = [];
    await db.transaction().execute(async (trx) => {
      const jobs = await trx
        .selectFrom('job')
        .select(['id', 'stream_incarnation', 'stream_sequence'])
        .where('kind', '=', kind)
        .where('status', '=', 'dispatched')
        .orderBy('id')
        .forUpdate()
        .execute();
      for (const job of jobs) {
        await putBack(trx, job.id);
        ids.push(job.id);
        messages.push(...streamPlaceOf(job));
      }
      await tell(trx, ids);
    });
    // Only the holder knows which of them its host has begun: it takes back the others.
    const started = await db
      .selectFrom('job')
      .select(['id', 'host_id'])
      .where('kind', '=', 'image')
      .where('status', '=', 'running')
      .where('host_id', 'is not', null)
      .execute();
    // A model that was asked goes on to its answer.
    for (const { id, host_id: hostId } of kind === 'image' ? started : []) {
      if (hostId !== null) orderHost(nc, hostId, { type: 'withdraw', job_id: id });
    }
    deps.withdrawn(messages);
    events.wake();
    deps.changed(ids);
  }

  async function pause(kind: QueueKind, paused: boolean): Promise<QueueView> {
    await changeQueue(kind, { paused });
    if (paused) await callBack(kind);
    return queueView(db, kind);
  }

  return { cancel, retry, front, pause, changeQueue, callBack };
}

async function endUnstarted(trx: Trx, ids: readonly string[]): Promise<void> {
  for (const id of ids) await finish(trx, id, 'cancelled');
}

export function streamPlaceOf(job: {
  stream_incarnation: string | null;
  stream_sequence: number | null;
}): StreamPlace[] {
  if (job.stream_incarnation === null || job.stream_sequence === null) return [];
  return [{ incarnation: job.stream_incarnation, sequence: job.stream_sequence }];
}
