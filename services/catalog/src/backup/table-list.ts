import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

export interface TableShape {
  name: string;
  columns: { name: string; type: string }[];
}

/**
 * What a backup leaves out. Events are of use to nobody a day later; sessions are opened again; what hosts have and
 * which files are broken is found out anew; keys of requests hold for a day.
 */
export const leftOut: ReadonlySet<string> = new Set([
  ...['event', 'session', 'host_file', 'problem_file', 'idempotency'],
  ...['kysely_migration', 'kysely_migration_lock'],
]);

/** Every table with its stored columns, those that others refer to first. Generated columns make themselves. */
export async function tableList(db: DbOrTrx): Promise<TableShape[]> {
  const { rows } = await sql<{ table: string; column: string; type: string }>`
    SELECT class.relname AS "table", attname AS "column", format_type(atttypid, atttypmod) AS type
    FROM pg_class AS class JOIN pg_attribute ON attrelid = class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
      AND attgenerated = ''
    ORDER BY class.relname, attnum`.execute(db);
  const shapes = new Map<string, TableShape>();
  for (const { table, column, type } of rows) {
    const shape = shapes.get(table) ?? { name: table, columns: [] };
    shape.columns.push({ name: column, type });
    shapes.set(table, shape);
  }
  return inOrder([...shapes.values()], await references(db));
}

async function references(db: DbOrTrx): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ from: string; to: string }>`
    SELECT source.relname AS "from", target.relname AS "to" FROM pg_constraint
    JOIN pg_class AS source ON source.oid = conrelid JOIN pg_class AS target ON target.oid = confrelid
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid`.execute(db);
  const needs = new Map<string, string[]>();
  for (const { from, to } of rows) needs.set(from, [...(needs.get(from) ?? []), to]);
  return needs;
}

function inOrder(shapes: readonly TableShape[], needs: ReadonlyMap<string, readonly string[]>): TableShape[] {
  const ordered = new Set<TableShape>();
  const byName = new Map(shapes.map((shape) => [shape.name, shape]));
  const add = (shape: TableShape | undefined): void => {
    if (shape === undefined || ordered.has(shape)) return;
    for (const name of needs.get(shape.name) ?? []) add(byName.get(name));
    ordered.add(shape);
  };
  for (const shape of shapes) add(shape);
  return [...ordered];
}
