import { sql } from 'kysely';
import type { Db } from '../../src/db/connect.ts';

/** The shape of a database as readable SQL, in one order: what `schema.sql` holds. Kysely's own tables are left out. */
export async function schemaText(db: Db): Promise<string> {
  const extensions = await sql<{ name: string }>`
    SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1`.execute(db);
  const tables = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'kysely%' ORDER BY 1`.execute(
    db,
  );
  const parts = [
    '-- The shape that migrations/ give the database. Written by test/stack/schema.test.ts; not to be edited.',
  ];
  if (extensions.rows.length > 0)
    parts.push(extensions.rows.map(({ name }) => `CREATE EXTENSION ${name};`).join('\n'));
  for (const { name } of tables.rows) parts.push(await tableText(db, name));
  return `${parts.join('\n\n')}\n`;
}

async function tableText(db: Db, table: string): Promise<string> {
  const columns = await sql<{ text: string }>`
    SELECT format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
      CASE WHEN a.attidentity <> '' THEN ' GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY'
        WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')' || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE '' END
        WHEN d.oid IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END) AS text
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ${table}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`.execute(
    db,
  );
  // PostgreSQL 18 lists NOT NULL among the constraints, older ones do not; here it stands with the column.
  const constraints = await sql<{ text: string }>`
    SELECT format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS text
    FROM pg_constraint WHERE conrelid = ${table}::regclass AND contype <> 'n'
    ORDER BY contype = 'p' DESC, conname`.execute(db);
  const indexes = await sql<{ text: string }>`
    SELECT replace(pg_get_indexdef(i.indexrelid), 'public.', '') || ';' AS text FROM pg_index i
    WHERE i.indrelid = ${table}::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
    ORDER BY 1`.execute(db);
  const inside = [...columns.rows, ...constraints.rows].map(({ text }) => `  ${text}`).join(',\n');
  return [`CREATE TABLE ${table} (\n${inside}\n);`, ...indexes.rows.map(({ text }) => text)].join('\n');
}
