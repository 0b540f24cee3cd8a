import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What imports took over, by the hash it had then: what differs from it here was changed here since. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE imported (
      kind text NOT NULL CHECK (kind IN ('entry','picture','sidecar','marks','setting','workflow')),
      key text COLLATE "C" NOT NULL,
      hash text NOT NULL,
      imported_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (kind, key)
    )`.execute(db);
}
