import type { Log } from '@gaze/runtime';
import { every, sleep } from '@gaze/runtime';
import pg from 'pg';
import { isDatabaseAway, typedDbError } from './db/errors.ts';

/** Two numbers that no other program uses by chance: «GAZE», «CATA» in ASCII. */
const lockKey = [0x47415a45, 0x43415441] as const;
const retryMs = 1000;
const proveEveryMs = 5000;
const proveLimitMs = 10_000;

export interface CatalogLock {
  /** Null while this process is the active catalog, else why it is not, as a sentence. */
  notReady: () => string | null;
  /** Resolves once this process is the only active catalog. It waits for the database, and for another catalog's end. */
  acquire: (signal?: AbortSignal) => Promise<void>;
  release: () => Promise<void>;
}

/**
 * The lock for a tool that works in the catalog's place, such as a restore: at once or not at all.
 * @returns what gives it back; null where a catalog is active
 * @throws GazeError unavailable where the database does not answer
 */
export async function lockOnce(url: string): Promise<(() => Promise<void>) | null> {
  const client = new pg.Client({ connectionString: url, application_name: 'gaze tool lock' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS free', [
      ...lockKey,
    ]);
    if (rows[0]?.free === true) return () => client.end();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw typedDbError(error);
  }
  await client.end();
  return null;
}

/**
 * Exactly one catalog is active: it holds an advisory lock on a connection of its own. When that connection ends the
 * lock is gone and another catalog may be writing already, so `lost` is called and the process has to end.
 */
export function buildLock(deps: { url: string; lost: (error: Error) => void; log: Log }): CatalogLock {
  const { log } = deps;
  let client: pg.Client | null = null;
  let state = 'The database has not been asked yet.';
  let held = false;
  let released = false;
  let proving: { stop: () => void } | null = null;

  function lose(cause?: Error): void {
    if (!held || released) return;
    held = false;
    state = 'The connection that holds the lock has ended.';
    deps.lost(
      new Error('The connection to the database that holds the lock has ended. The catalog starts again.', {
        cause,
      }),
    );
  }

  async function tryOnce(): Promise<void> {
    const next = new pg.Client({
      connectionString: deps.url,
      keepAlive: true,
      connectionTimeoutMillis: 4000,
      application_name: 'gaze catalog lock',
    });
    next.on('error', (error) => lose(error));
    next.on('end', () => lose());
    client = next;
    await next.connect();
    const free = await next.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS free', [
      ...lockKey,
    ]);
    if (free.rows[0]?.free !== true) {
      state = 'Another catalog is active; this one waits for its end.';
      log.info('another catalog is active; waiting for its end');
      await next.query('SELECT pg_advisory_lock($1, $2)', [...lockKey]);
    }
  }

  /** A connection that is only thought to be alive: the server may have given the lock to another catalog long ago. */
  async function prove(): Promise<void> {
    const answer = client?.query('SELECT 1').then(
      () => true,
      () => false,
    );
    const alive = await Promise.race([answer, sleep(proveLimitMs).then(() => false)]);
    if (alive === false) lose(new Error(`no answer within ${proveLimitMs} ms`));
  }

  return {
    notReady: () => (held ? null : state),
    async acquire(signal) {
      let told = false;
      while (!held) {
        signal?.throwIfAborted();
        try {
          await tryOnce();
          if (released) return;
          held = true;
          proving = every(proveEveryMs, prove, log);
        } catch (error) {
          await client?.end().catch(() => undefined);
          const typed = typedDbError(error);
          if (!isDatabaseAway(typed)) throw typed;
          state = 'The database does not answer.';
          if (!told) log.warn({ err: error }, 'the database does not answer; waiting for it');
          told = true;
          await sleep(retryMs, signal);
        }
      }
      if (told) log.info('the database answers');
    },
    async release() {
      released = true;
      proving?.stop();
      // Ending the connection is what gives the lock back.
      await client?.end().catch(() => undefined);
    },
  };
}
