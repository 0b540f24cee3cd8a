import type { Log } from '@gaze/runtime';
import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool, PostgresPoolClient, Transaction } from 'kysely';
import pg from 'pg';
import { typedDbError } from './errors.ts';
import { buildPreparing } from './prepared.ts';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;
/** What store functions take: they run alone or inside a handler's transaction. */
export type DbOrTrx = Db | Trx;

/**
 * A pool of connections and kysely on it.
 *
 * Seeds and sequences are 64-bit in Postgres and at most 2^53 - 1 here; one that is larger is an error and
 * never a silently rounded number. Errors leave it typed (`typedDbError`), whoever asked.
 */
export function connectDb(options: { url: string; max?: number; log: Log }): { db: Db; pool: pg.Pool } {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format): unknown =>
      oid === pg.types.builtins.INT8 ? parseInt8 : pg.types.getTypeParser(oid, format),
  };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 12,
    connectionTimeoutMillis: 4000,
    keepAlive: true,
    // A query that hangs would hold a transaction, and with it the queue.
    statement_timeout: 30_000,
    types,
  });
  // Without a listener a connection that dies while idle would end the process. Its error carries the whole client,
  // which belongs into no log.
  pool.on('error', (error) =>
    options.log.warn({ reason: error.message }, 'an idle PostgreSQL connection ended'),
  );
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: typedPool(pool) }) }), pool };
}

/** The pool as kysely sees it, its errors typed in this one place. */
function typedPool(pool: pg.Pool): PostgresPool {
  // Kysely tells connections apart by identity: one wrapper per client, for as long as the client lives.
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const prepare = buildPreparing();
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect().catch(rethrowTyped);
      const known = wrapped.get(client) ?? typedClient(client, prepare);
      wrapped.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

function typedClient(client: pg.PoolClient, prepare: ReturnType<typeof buildPreparing>): PostgresPoolClient {
  // A connection that dies between two statements says so here; the next statement fails and is typed.
  client.on('error', () => undefined);
  const query = (sql: string, parameters: readonly unknown[]) =>
    client.query(prepare(sql, parameters)).catch(rethrowTyped);
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy),
  };
}

function rethrowTyped(error: unknown): never {
  throw typedDbError(error);
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new Error(`the 64-bit number ${text} does not fit a JavaScript number`);
  return value;
}
