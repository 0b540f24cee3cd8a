import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

/** The database's clock, told by our own: the difference is measured now and then, the time in between flows here. */
export interface DatabaseClock {
  nowMs: () => number;
  sync: (db: DbOrTrx) => Promise<void>;
}

export function buildDatabaseClock(monotonic: () => number): DatabaseClock {
  let offset = Date.now() - monotonic();
  return {
    nowMs: () => monotonic() + offset,
    async sync(db) {
      const before = monotonic();
      const { rows } = await sql<{
        ms: number;
      }>`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`.execute(db);
      const [row] = rows;
      if (row !== undefined) offset = row.ms - (before + monotonic()) / 2;
    },
  };
}
