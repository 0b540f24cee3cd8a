import { Gauge, metrics } from '@gaze/runtime';
import type { DbOrTrx } from '../db/connect.ts';

const openStatuses = ['waiting', 'dispatched', 'running', 'cancelling'] as const;
const kinds = ['image', 'llm'] as const;

/** What autoscalers look at: `gaze_open_jobs{kind="image",status="waiting"}` is the depth of the queue. */
const openJobs = new Gauge({
  name: 'gaze_open_jobs',
  help: 'Jobs that have not ended, by queue and status',
  labelNames: ['kind', 'status'],
  registers: [metrics],
});

/** Reads the depth of both queues into the metrics of this process. */
export async function measureQueues(db: DbOrTrx): Promise<void> {
  const rows = await db
    .selectFrom('job')
    .select(({ fn }) => ['kind', 'status', fn.countAll<number>().as('count')])
    .where('status', 'in', openStatuses)
    .groupBy(['kind', 'status'])
    .execute();
  const counts = new Map(rows.map(({ kind, status, count }) => [`${kind} ${status}`, count]));
  for (const kind of kinds)
    for (const status of openStatuses) openJobs.set({ kind, status }, counts.get(`${kind} ${status}`) ?? 0);
}
