import { buildLog, parseEnv } from '@gaze/runtime';
import { z } from 'zod';
import { connectDb } from '../db/connect.ts';
import { planUpgrade, tellPlan } from '../db/plan-upgrade.ts';

/** Says what this version would change in the database that DATABASE_URL names, and writes nothing. */
const { DATABASE_URL: url } = parseEnv(z.object({ DATABASE_URL: z.string() }), process.env);
const { db } = connectDb({ url, max: 1, log: buildLog({ service: 'upgrade-check', level: 'silent' }) });
try {
  const plan = await planUpgrade(db);
  process.stdout.write(`${tellPlan(plan)}\n`);
  if (plan.unknown.length > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(
    `The database cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
} finally {
  await db.destroy();
}
