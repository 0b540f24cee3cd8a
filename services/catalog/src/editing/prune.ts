import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';

/** Changes that are younger are kept, however many they are. */
export const keepRevisionDays = 180;
const atOnce = 1000;

/**
 * Forgets changes that are old and many. One whose version a job refers to stays: it says what a picture was made of.
 * @returns how many went; ask again until it is none
 */
export async function pruneRevisions(db: Db, keep: { newest: number; days: number }): Promise<number> {
  const result = await sql`
    WITH old AS MATERIALIZED (
      SELECT id, before_hash, after_hash FROM (
        SELECT id, before_hash, after_hash, state, created_at,
          row_number() OVER (PARTITION BY category, slug ORDER BY id DESC) AS age
        FROM entity_revision) AS aged
      WHERE state <> 'pending' AND age > ${keep.newest} AND created_at < now() - make_interval(days => ${keep.days})
    ), used AS MATERIALIZED (
      SELECT part->>'revision' AS hash FROM job, json_array_elements(snapshot->'parts') AS part
      WHERE EXISTS (SELECT FROM old)
      UNION SELECT snapshot->'checkpoint'->>'revision' FROM job WHERE EXISTS (SELECT FROM old)
    )
    DELETE FROM entity_revision WHERE id IN (
      SELECT id FROM old
      WHERE NOT EXISTS (SELECT FROM used WHERE hash = old.before_hash OR hash = old.after_hash)
      ORDER BY id LIMIT ${atOnce})`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
