import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';

const keepKeysHours = 48;
const atOnce = 500;

/** Forgets jobs that ended so many days ago. Their pictures stay, with the record of how they came to be. */
export async function pruneHistory(db: Db, keepDays: number): Promise<number> {
  await db
    .deleteFrom('idempotency')
    .where('created_at', '<', sql<Date>`now() - ${keepKeysHours} * interval '1 hour'`)
    .execute();
  const old = await db
    .selectFrom('job')
    .select('id')
    .where('status', 'in', ['done', 'failed', 'cancelled'])
    .where('finished_at', '<', sql<Date>`now() - ${keepDays} * interval '1 day'`)
    .limit(atOnce)
    .execute();
  if (old.length === 0) return 0;
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{
      batch_id: string;
    }>`DELETE FROM job WHERE id = ANY(${old.map((job) => job.id)}::text[]) RETURNING batch_id`.execute(trx);
    const batches = [...new Set(rows.map((row) => row.batch_id))];
    await sql`DELETE FROM idempotency WHERE batch_id = ANY(${batches}::text[]) AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch_id = idempotency.batch_id)`.execute(
      trx,
    );
    await sql`DELETE FROM batch WHERE id = ANY(${batches}::text[]) AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch_id = batch.id)`.execute(
      trx,
    );
  });
  return old.length;
}
