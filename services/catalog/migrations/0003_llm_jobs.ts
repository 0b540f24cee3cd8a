import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What LLM jobs are asked for, what they said on the way, and what they brought. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `CREATE TABLE llm_task (
    job_id text PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    intent json NOT NULL,
    review text NOT NULL CHECK (review IN ('apply','review')),
    file text,
    made_by text NOT NULL,
    issued json
  )`,
  `CREATE INDEX llm_task_file ON llm_task (file) WHERE file IS NOT NULL`,
  // The queue of LLM jobs is looked through on its own: thousands of waiting pictures are none of its business.
  `CREATE INDEX job_llm_open ON job (lane, status, priority, created_at, id)
    WHERE kind = 'llm' AND status IN ('waiting','dispatched','running','cancelling')`,

  `CREATE TABLE llm_transcript (
    job_id text NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    attempt integer NOT NULL,
    transcript json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, attempt)
  )`,

  // A result outlives the history of its job: one that waits for a person may wait for months.
  `CREATE TABLE llm_result (
    job_id text PRIMARY KEY,
    attempt integer NOT NULL,
    kind text NOT NULL,
    category text NOT NULL,
    slug text,
    file text,
    name text NOT NULL,
    revision text,
    changes json NOT NULL,
    pointers json,
    overwrite boolean NOT NULL DEFAULT false,
    refused json NOT NULL DEFAULT '[]',
    tag_report json NOT NULL,
    notes json NOT NULL DEFAULT '[]',
    state text NOT NULL CHECK (state IN ('applying','waiting','applied','discarded')),
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz
  )`,
  `CREATE INDEX llm_result_waiting ON llm_result (created_at DESC, job_id DESC) WHERE state = 'waiting'`,
  `CREATE INDEX llm_result_applying ON llm_result (job_id) WHERE state = 'applying'`,
  `CREATE INDEX llm_result_entity ON llm_result (category, slug) WHERE state = 'waiting'`,
  // Whether a job's result has reached the library already is asked after every crash.
  `CREATE INDEX entity_revision_llm ON entity_revision (made_by) WHERE made_by LIKE 'llm: %'`,
];
