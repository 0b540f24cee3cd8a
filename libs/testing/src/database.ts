import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { testEnvironment } from './environment.ts';

export interface TestDatabase extends AsyncDisposable {
  url: string;
}

export interface TestDatabaseOptions {
  /** Name of the template: databases of one name are prepared alike. */
  name: string;
  /** Prepares the template, once per server however many files ask: runs the migrations. It must close its connections. */
  prepare: (url: string) => Promise<void>;
}

/**
 * A database of its own, cloned from a prepared template, on the server of the test run. It is dropped at the end of
 * the scope, with whatever still holds a connection to it.
 */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const server = testEnvironment('GAZE_TEST_DATABASE_URL');
  return cloneTemplate(server, options);
}

/** The same on a server of the caller's choice, such as the one of `startPostgres()`. */
export async function cloneTemplate(server: string, options: TestDatabaseOptions): Promise<TestDatabase> {
  const template = `template_${options.name.toLowerCase().replace(/[^a-z0-9_]/g, '_')}`;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, async (client) => {
    // One at a time: PostgreSQL refuses to copy a template that somebody else is copying or filling.
    const lock = lockNumber(template);
    await client.query('SELECT pg_advisory_lock($1)', [lock]);
    try {
      await ensureTemplate(client, server, template, options.prepare);
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  });
  return {
    url: databaseUrl(server, name),
    async [Symbol.asyncDispose]() {
      await onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function ensureTemplate(
  client: pg.Client,
  server: string,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<void> {
  const there = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
  if (there.rowCount === 1) return;
  // Filled under another name, so that a preparation that breaks leaves no half template behind.
  const half = `${template}_half`;
  await client.query(`DROP DATABASE IF EXISTS ${half} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${half}`);
  await prepare(databaseUrl(server, half));
  await client.query(`ALTER DATABASE ${half} RENAME TO ${template}`);
}

async function onServer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

function lockNumber(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}
