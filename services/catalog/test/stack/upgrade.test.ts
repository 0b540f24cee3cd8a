import { testDatabase, testLog, verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { knownMigrations } from '../../src/db/migrate.ts';
import { planUpgrade, refuseDowngrade, tellPlan } from '../../src/db/plan-upgrade.ts';
import { connectDb } from '../../src/db/connect.ts';
import { catalogDatabase } from '../support/database.ts';

const newer = async (): Promise<Awaited<ReturnType<typeof catalogDatabase>>> => {
  const database = await catalogDatabase();
  await sql`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_of_tomorrow', 'x')`.execute(
    database.db,
  );
  return database;
};

describe(verifies('upgrade.check', 'what an upgrade would change is said before it happens'), () => {
  test('an empty database gets every migration, and the question writes nothing', async () => {
    await using database = await testDatabase({ name: 'empty', prepare: () => Promise.resolve() });
    const { db } = connectDb({ url: database.url, log: testLog() });
    try {
      const plan = await planUpgrade(db);
      expect(plan).toEqual({ applied: [], pending: await knownMigrations(), unknown: [] });
      expect(tellPlan(plan)).toMatch(/^The database is empty/);
      const tables = await sql`SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`.execute(
        db,
      );
      expect(tables.rows).toEqual([]);
    } finally {
      await db.destroy();
    }
  });

  test('a database of an older version gets what is missing, by name', async () => {
    await using database = await catalogDatabase();
    const last = (await knownMigrations()).at(-1) ?? '';
    await sql`DELETE FROM kysely_migration WHERE name = ${last}`.execute(database.db);
    const plan = await planUpgrade(database.db);
    expect(plan.pending).toEqual([last]);
    expect(tellPlan(plan)).toContain(`  ${last}`);
    expect(() => refuseDowngrade(plan)).not.toThrow();
  });

  test('one of this version is left as it is', async () => {
    await using database = await catalogDatabase();
    expect(tellPlan(await planUpgrade(database.db))).toContain('changes nothing');
  });
});

test(
  verifies('upgrade.no-downgrade', 'an older version refuses a database that a newer one has changed'),
  async () => {
    await using database = await newer();
    const plan = await planUpgrade(database.db);
    expect(plan.unknown).toEqual(['9999_of_tomorrow']);
    expect(() => refuseDowngrade(plan)).toThrow(
      /newer version of GAZE.*9999_of_tomorrow.*nothing was written/,
    );
    expect(tellPlan(plan)).toContain('refuses to start');
  },
);
