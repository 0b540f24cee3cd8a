import type { TestDatabase } from '@gaze/testing';
import { testDatabase, testLog } from '@gaze/testing';
import type { Db } from '../../src/db/connect.ts';
import { connectDb } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';

/** A database of the newest shape, with a connection to it. */
export async function catalogDatabase(): Promise<{ db: Db; database: TestDatabase } & AsyncDisposable> {
  const database = await testDatabase({
    name: 'catalog',
    async prepare(url) {
      const { db } = connectDb({ url, log: testLog() });
      await migrate(db);
      await db.destroy();
    },
  });
  const { db } = connectDb({ url: database.url, max: 6, log: testLog() });
  return {
    db,
    database,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}
