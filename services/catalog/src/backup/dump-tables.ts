import { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { Manifest } from './format.ts';
import { tops } from './format.ts';
import type { Part } from './parts.ts';
import type { TableShape } from './table-list.ts';
import { leftOut, tableList } from './table-list.ts';

const rowsAtOnce = 200;

/** What the manifest says of the database; filled while the tables are written. */
export type DatabaseNote = Pick<Manifest, 'migrations' | 'tables'>;

/**
 * Every table as it stood at one moment, a file each: one JSON array of PostgreSQL's own texts per row, so that
 * numbers, times and JSON texts come back to the letter.
 */
export async function* dumpTables(db: Db, note: DatabaseNote): AsyncGenerator<Part> {
  const trx = await db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute();
  try {
    await sql`SET LOCAL TimeZone = 'UTC'`.execute(trx);
    await sql`SET LOCAL DateStyle = 'ISO'`.execute(trx);
    note.migrations = await migrationNames(trx);
    for (const table of await tableList(trx)) {
      if (leftOut.has(table.name)) continue;
      const entry = { columns: table.columns.map(({ name }) => name), rows: 0 };
      note.tables[table.name] = entry;
      yield {
        path: `${tops.database}/${table.name}.ndjson`,
        modified: new Date(),
        open: () => Promise.resolve(Readable.from(linesOf(trx, table, entry), { objectMode: false })),
      };
    }
  } finally {
    await trx.rollback().execute();
  }
}

async function migrationNames(db: DbOrTrx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db);
  return rows.map(({ name }) => name);
}

async function* linesOf(trx: DbOrTrx, table: TableShape, entry: { rows: number }): AsyncGenerator<Buffer> {
  const texts = sql.join(table.columns.map(({ name }) => sql`${sql.ref(name)}::text`));
  await sql`DECLARE backup_rows NO SCROLL CURSOR FOR SELECT json_build_array(${texts})::text AS line FROM ${sql.table(table.name)}`.execute(
    trx,
  );
  for (;;) {
    const { rows } = await sql<{ line: string }>`FETCH ${sql.lit(rowsAtOnce)} FROM backup_rows`.execute(trx);
    if (rows.length === 0) break;
    entry.rows += rows.length;
    yield Buffer.from(`${rows.map(({ line }) => line).join('\n')}\n`);
  }
  await sql`CLOSE backup_rows`.execute(trx);
}
