import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What authors say of their model files, and which request a draft came from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `ALTER TABLE model_file ADD COLUMN notes text`,
  // Files that were scanned before are read once more: a time that no file has makes them look changed.
  `UPDATE model_file SET mtime_ms = -1 WHERE gone_at IS NULL`,

  // A result outlives its job, and is still one of its request then.
  `ALTER TABLE llm_result ADD COLUMN batch_id text`,
  `UPDATE llm_result SET batch_id = job.batch_id FROM job WHERE job.id = llm_result.job_id`,
  `CREATE INDEX llm_result_batch ON llm_result (batch_id) WHERE state = 'waiting'`,
];
