import { sql } from 'kysely';
import type { DbOrTrx } from './connect.ts';
import { knownMigrations } from './migrate.ts';

/** What this version would do to a database. */
export interface UpgradePlan {
  /** Migrations that ran already, in their order; none in an empty database. */
  applied: string[];
  /** Those of this version that have still to run. */
  pending: string[];
  /** Those that ran and that this version does not know: a newer GAZE was here. */
  unknown: string[];
}

/** Reads which migrations ran, and writes nothing. */
export async function planUpgrade(db: DbOrTrx): Promise<UpgradePlan> {
  const table = await sql<{ there: boolean }>`
    SELECT to_regclass('kysely_migration') IS NOT NULL AS there`.execute(db);
  const rows =
    table.rows[0]?.there === true
      ? (await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db)).rows
      : [];
  return comparePlans(
    rows.map(({ name }) => name),
    await knownMigrations(),
  );
}

function comparePlans(applied: readonly string[], known: readonly string[]): UpgradePlan {
  return {
    applied: [...applied],
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Refuses a database that a newer version has changed: this one would not know what it reads.
 * @throws Error that says what to do, before anything is written
 */
export function refuseDowngrade({ unknown }: UpgradePlan): void {
  const newest = unknown.at(-1);
  if (newest === undefined) return;
  throw new Error(
    `A newer version of GAZE has changed this database (${newest}). Start that version again, or restore a backup from before the upgrade; nothing was written.`,
  );
}

/** The plan in sentences, for a person who is about to upgrade. */
export function tellPlan({ applied, pending, unknown }: UpgradePlan): string {
  if (unknown.length > 0)
    return `A newer version of GAZE has changed this database (${unknown.join(', ')}). This version refuses to start on it: start the newer one, or restore a backup from before the upgrade.`;
  if (applied.length === 0)
    return `The database is empty. The first start makes it with ${pending.length} migrations.`;
  if (pending.length === 0)
    return `The database has the shape of this version (${applied.length} migrations ran). An upgrade changes nothing in it.`;
  return [
    `This version would run ${pending.length} more ${pending.length === 1 ? 'migration' : 'migrations'}, once, at its first start:`,
    ...pending.map((name) => `  ${name}`),
    'Make a backup before: there is no way back but restoring it.',
  ].join('\n');
}
