import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { GenerationChoices } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';

type Kind = 'sampler' | 'scheduler' | 'vae';

/** What a checkpoint's fields can be set to: what the hosts have told of themselves, and the templates on disk. */
export async function generationChoices(deps: { db: DbOrTrx; dataDir: string }): Promise<GenerationChoices> {
  const [{ rows }, known, workflows] = await Promise.all([
    choices(deps.db),
    knownHosts(deps.db),
    templateNames(deps.dataDir),
  ]);
  const of = (kind: Kind) =>
    rows.filter((row) => row.kind === kind).map(({ name, hosts }) => ({ name, hosts }));
  return {
    samplers: of('sampler'),
    schedulers: of('scheduler'),
    vaes: of('vae'),
    workflows,
    known_hosts: known,
  };
}

/** What most hosts have comes first. */
const choices = (db: DbOrTrx) =>
  sql<{ kind: Kind; name: string; hosts: string[] }>`
    SELECT f.kind, f.name, array_agg(h.name ORDER BY h.name) AS hosts
    FROM host_file AS f JOIN host AS h ON h.id = f.host_id
    WHERE f.kind IN ('sampler', 'scheduler', 'vae') AND h.enabled
    GROUP BY f.kind, f.name ORDER BY count(*) DESC, f.name`.execute(db);

async function knownHosts(db: DbOrTrx): Promise<number> {
  const { count } = await db
    .selectFrom('host')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('enabled', '=', true)
    .where('inventory_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** A data folder without templates has none to choose from; the render says what is missing. */
async function templateNames(dataDir: string): Promise<string[]> {
  const entries = await readdir(path.join(dataDir, 'workflows')).catch(() => []);
  return entries
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}
