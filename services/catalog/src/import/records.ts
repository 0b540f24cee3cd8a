import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { ImportedTable } from '../db/schema.ts';

export type ImportedKind = ImportedTable['kind'];

/** What imports took of a kind so far: hash by key. */
export async function importedBefore(db: DbOrTrx, kind: ImportedKind): Promise<Map<string, string>> {
  const rows = await db.selectFrom('imported').select(['key', 'hash']).where('kind', '=', kind).execute();
  return new Map(rows.map(({ key, hash }) => [key, hash]));
}

export async function noteImported(
  db: DbOrTrx,
  kind: ImportedKind,
  key: string,
  hash: string,
): Promise<void> {
  await db
    .insertInto('imported')
    .values({ kind, key, hash })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'key']).doUpdateSet({ hash, imported_at: sql<Date>`now()` }),
    )
    .execute();
}

/** Of a value that is no file. */
export const hashOfValue = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
