import { promises as fs } from 'node:fs';
import path from 'node:path';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import type { Db } from './connect.ts';

/** Brings the database to the newest shape; a migration that fails leaves it as it was and throws. */
export async function migrate(db: Db): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: new FileMigrationProvider({
      fs,
      path,
      migrationFolder: path.join(import.meta.dirname, '../../migrations'),
    }),
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error)
    throw error instanceof Error
      ? error
      : new Error('the database could not be brought to its newest shape', { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}
