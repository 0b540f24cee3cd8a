import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Addresses that are told of ended jobs and batches, and what they are still to be told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE webhook (
      id text PRIMARY KEY,
      url text NOT NULL,
      events text[] NOT NULL,
      sealed_secret text NOT NULL,
      enabled boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_at timestamptz,
      last_ok boolean,
      last_error text
    )`.execute(db);
  await sql`
    CREATE TABLE webhook_delivery (
      id text PRIMARY KEY,
      webhook_id text NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
      event text NOT NULL,
      about text NOT NULL,
      body text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      attempts integer NOT NULL DEFAULT 0,
      next_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      delivered boolean NOT NULL DEFAULT false,
      error text,
      UNIQUE (webhook_id, about)
    )`.execute(db);
  await sql`CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at) WHERE ended_at IS NULL`.execute(
    db,
  );
  await sql`CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL`.execute(
    db,
  );
}
