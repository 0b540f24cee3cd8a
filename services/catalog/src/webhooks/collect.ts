import type { JobView } from '@gaze/contracts';
import { openStatuses } from '@gaze/domain';
import { sql } from 'kysely';
import type { Db, Trx } from '../db/connect.ts';
import { newId } from '../jobs/job-ids.ts';

const placeKey = 'webhook_place';
const atOnce = 500;

interface Due {
  event: string;
  /** Names what happened: the same thing is told a webhook once, however often it is met here. */
  about: string;
  data: unknown;
}

/**
 * Turns events that were numbered since the last look into deliveries, in one transaction with the place up to which it
 * looked: what a crash interrupts is done again, and nothing is told twice. Answers whether there may be more.
 */
export async function collect(db: Db): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { at } = await trx
      .selectFrom('event')
      .select((event) => event.fn.max('sequence').as('at'))
      .executeTakeFirstOrThrow();
    const newest = at ?? 0;
    const place = await readPlace(trx);
    // Nobody asked before, or the numbers began anew: what was is not told.
    if (place === null || place > newest) {
      await notePlace(trx, newest);
      return false;
    }
    if (place === newest) return false;
    const ended = await endedJobs(trx, place);
    const upTo = ended.length === atOnce ? (ended.at(-1)?.sequence ?? newest) : newest;
    for (const { job } of ended)
      await owe(trx, { event: `job.${job.status}`, about: aboutJob(job), data: { job } });
    for (const id of new Set(ended.map(({ job }) => job.batch_id))) {
      const batch = await endedBatch(trx, id);
      if (batch !== null) await owe(trx, batch);
    }
    await notePlace(trx, upTo);
    return ended.length === atOnce;
  });
}

const aboutJob = (job: JobView): string => `job:${job.id}:${job.finished_at ?? ''}`;

async function endedJobs(trx: Trx, after: number): Promise<{ sequence: number; job: JobView }[]> {
  const { rows } = await sql<{ sequence: number; job: JobView }>`
    SELECT sequence, payload->'job' AS job FROM event
    WHERE sequence > ${after} AND payload->>'type' = 'job.changed'
      AND payload->'job'->>'status' IN ('done', 'failed', 'cancelled')
    ORDER BY sequence LIMIT ${atOnce}`.execute(trx);
  return rows;
}

/** Null while a job of it is open. */
async function endedBatch(trx: Trx, id: string): Promise<Due | null> {
  const jobs = await trx
    .selectFrom('job')
    .select((job) => ['status', job.fn.countAll<number>().as('count'), job.fn.max('finished_at').as('last')])
    .where('batch_id', '=', id)
    .groupBy('status')
    .execute();
  if (jobs.length === 0 || jobs.some(({ status }) => openStatuses.includes(status))) return null;
  const batch = await trx
    .selectFrom('batch')
    .select(['id', 'kind', 'label', 'count'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (batch === undefined) return null;
  const of = (status: string): number => jobs.find((row) => row.status === status)?.count ?? 0;
  const last = Math.max(...jobs.map((row) => row.last?.getTime() ?? 0));
  const ended = { done: of('done'), failed: of('failed'), cancelled: of('cancelled') };
  return { event: 'batch.ended', about: `batch:${id}:${last}`, data: { batch: { ...batch, ...ended } } };
}

async function owe(trx: Trx, { event, about, data }: Due): Promise<void> {
  const hooks = await trx
    .selectFrom('webhook')
    .select('id')
    .where('enabled', '=', true)
    .where(sql<boolean>`${event} = ANY (events)`)
    .execute();
  if (hooks.length === 0) return;
  const body = JSON.stringify({ type: event, timestamp: new Date().toISOString(), data });
  // Ids follow each other: within one transaction they are the order in which things are told.
  await trx
    .insertInto('webhook_delivery')
    .values(hooks.map(({ id }) => ({ id: `msg_${newId()}`, webhook_id: id, event, about, body })))
    .onConflict((conflict) => conflict.columns(['webhook_id', 'about']).doNothing())
    .execute();
}

async function readPlace(trx: Trx): Promise<number | null> {
  const row = await trx.selectFrom('setting').select('value').where('key', '=', placeKey).executeTakeFirst();
  return typeof row?.value === 'number' ? row.value : null;
}

async function notePlace(trx: Trx, place: number): Promise<void> {
  const value = JSON.stringify(place);
  await trx
    .insertInto('setting')
    .values({ key: placeKey, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
