import type { Log } from '@gaze/runtime';
import { Kysely, PostgresDialect } from 'kysely';
import type { Transaction } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;
/** What store functions take: they run alone or inside a handler's transaction. */
export type DbOrTrx = Db | Trx;

const int8Oid = 20;

/**
 * A pool of connections and kysely on it.
 *
 * Seeds and sequences are 64-bit in Postgres and at most 2^53 - 1 here; one that is larger is an error and
 * never a silently rounded number.
 */
export function connectDb(options: { url: string; max?: number; log: Log }): { db: Db; pool: pg.Pool } {
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
      oid === int8Oid ? parseInt8 : pg.types.getTypeParser(oid, format as 'text'),
  };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 12,
    connectionTimeoutMillis: 4000,
    // A query that hangs would hold a transaction, and with it the queue.
    statement_timeout: 30_000,
    types: types as pg.CustomTypesConfig,
  });
  // Without a listener a connection that dies while idle would end the process.
  pool.on('error', (error) => options.log.warn({ err: error }, 'an idle PostgreSQL connection ended'));
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }), pool };
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`the 64-bit number ${text} does not fit a JavaScript number`);
  return value;
}
