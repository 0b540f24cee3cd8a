import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import type { Db, Trx } from '../db/connect.ts';
import { migrate, migrateTo } from '../db/migrate.ts';
import { readQueueState, writeQueueState } from '../jobs/queue-state.ts';
import type { Manifest } from './format.ts';
import { tops } from './format.ts';
import type { TableShape } from './table-list.ts';
import { tableList } from './table-list.ts';

export interface RestoredRows {
  rows: number;
  /** Jobs that were open when the backup was made; they wait, and the queues are paused. */
  openJobs: number;
}

/** How many rows of something that only a database knows are here: none in one that was just made. */
export async function countRows(db: Db): Promise<number> {
  const tables = (await tableList(db)).map(({ name }) => name);
  let total = 0;
  for (const name of ['entity', 'image', 'image_hidden', 'job', 'api_key', 'trash', 'entity_revision']) {
    if (!tables.includes(name)) continue;
    const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(name)}`.execute(db);
    total += rows[0]?.n ?? 0;
  }
  return total;
}

/**
 * Puts the rows of a backup in the place of whatever the database holds, in one transaction: a restore that is cut
 * off leaves the database as it was. A backup of an earlier version is loaded in the shape of its time and brought to
 * the newest one like any database.
 */
export async function restoreTables(db: Db, folder: string, manifest: Manifest): Promise<RestoredRows> {
  const result = await db.transaction().execute(async (trx) => {
    await sql`SET LOCAL statement_timeout = 0`.execute(trx);
    await sql`SET LOCAL TimeZone = 'UTC'`.execute(trx);
    await dropTables(trx);
    await migrateTo(trx, manifest.migrations.at(-1) ?? '');
    let rows = 0;
    for (const table of await tableList(trx)) {
      const { columns } = manifest.tables[table.name] ?? {};
      if (columns !== undefined) rows += await load(trx, folder, table, columns);
    }
    await migrate(trx);
    return { rows, openJobs: await settle(trx) };
  });
  await sql`VACUUM ANALYZE`.execute(db);
  return result;
}

/** Table by table: dropping the whole schema needs more rights than a managed database gives. */
async function dropTables(trx: Trx): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`.execute(trx);
  for (const { name } of rows) await sql`DROP TABLE IF EXISTS ${sql.table(name)} CASCADE`.execute(trx);
}

const rowsAtOnce = 500;
const bytesAtOnce = 4 * 1024 * 1024;

async function load(
  trx: Trx,
  folder: string,
  table: TableShape,
  columns: readonly string[],
): Promise<number> {
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const unknown = columns.filter((name) => !types.has(name));
  if (unknown.length > 0)
    throw new Error(`the table ${table.name} has no column ${unknown.join(', ')} after its migrations`);
  const names = sql.join(columns.map((name) => sql.ref(name)));
  const values = sql.join(
    columns.map((name, i) => sql`(line->>${sql.lit(i)})::${sql.raw(types.get(name) ?? 'text')}`),
  );
  // Every identity is taken over as it was.
  const insert = (lines: readonly string[]) =>
    sql`INSERT INTO ${sql.table(table.name)} (${names}) OVERRIDING SYSTEM VALUE
      SELECT ${values} FROM json_array_elements(${`[${lines.join(',')}]`}::json) AS line`.execute(trx);
  let [lines, bytes, total]: [string[], number, number] = [[], 0, 0];
  const file = path.join(folder, tops.database, `${table.name}.ndjson`);
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    lines.push(line);
    bytes += line.length;
    total++;
    if (lines.length < rowsAtOnce && bytes < bytesAtOnce) continue;
    await insert(lines);
    [lines, bytes] = [[], 0];
  }
  if (lines.length > 0) await insert(lines);
  await moveIdentities(trx, table);
  return total;
}

/** New rows are numbered after those that were loaded. */
async function moveIdentities(trx: Trx, table: TableShape): Promise<void> {
  for (const { name } of table.columns) {
    const { rows } = await sql<{ sequence: string | null }>`
      SELECT pg_get_serial_sequence(${table.name}, ${name}) AS sequence`.execute(trx);
    const sequence = rows[0]?.sequence;
    if (typeof sequence !== 'string') continue;
    await sql`SELECT setval(${sequence}::regclass, coalesce((SELECT max(${sql.ref(name)}) FROM ${sql.table(table.name)}), 0) + 1, false)`.execute(
      trx,
    );
  }
}

/** What was under way at the moment of the backup is under way no more. */
async function settle(trx: Trx): Promise<number> {
  // A new row of numbers: whoever stands at a token of the lost database is told to load again.
  await trx.deleteFrom('setting').where('key', '=', 'event_incarnation').execute();
  await trx.updateTable('host').set({ holder: null, holder_seen_at: null, state: 'unknown' }).execute();
  await trx
    .updateTable('attempt')
    .set({ status: 'lost', finished_at: sql`now()` })
    .where('status', '=', 'running')
    .execute();
  await trx
    .updateTable('job')
    .set({ status: 'cancelled', finished_at: sql`now()` })
    .where('status', '=', 'cancelling')
    .execute();
  const open = await trx
    .updateTable('job')
    .set({
      ...{ status: 'waiting', host_id: null, stream_incarnation: null, stream_sequence: null, front: false },
      heartbeat_at: sql`now()`,
    })
    .where('status', 'in', ['waiting', 'dispatched', 'running'])
    .returning('kind')
    .execute();
  // They may be weeks old, or have been rendered since: a person decides.
  for (const kind of new Set(open.map((job) => job.kind)))
    await writeQueueState(trx, kind, { ...(await readQueueState(trx, kind)), paused: true });
  return open.length;
}
