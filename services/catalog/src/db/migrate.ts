import { promises as fs } from 'node:fs';
import path from 'node:path';
import type { MigrationResultSet } from 'kysely/migration';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import type { DbOrTrx } from './connect.ts';

const migrationFolder = path.join(import.meta.dirname, '../../migrations');
const provider = new FileMigrationProvider({ fs, path, migrationFolder });

/** Brings the database to the newest shape; a migration that fails leaves it as it was and throws. */
export async function migrate(db: DbOrTrx): Promise<string[]> {
  return named(await new Migrator({ db, provider }).migrateToLatest());
}

/** Brings an empty database to the shape that it had after a migration. */
export async function migrateTo(db: DbOrTrx, name: string): Promise<void> {
  named(await new Migrator({ db, provider }).migrateTo(name));
}

/** Names of all migrations of this version, in their order. */
export async function knownMigrations(): Promise<string[]> {
  return Object.keys(await provider.getMigrations()).sort();
}

function named({ error, results }: MigrationResultSet): string[] {
  if (error)
    throw error instanceof Error
      ? error
      : new Error('the database could not be brought to its newest shape', { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}
