import type { HostReport } from '@gaze/contracts';
import { fileKey } from '@gaze/domain';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import type { HostTable } from '../db/schema.ts';
import type { KnownHost } from './host-id.ts';

export type HostRow = Selectable<HostTable>;

export interface HostFile {
  kind: string;
  name: string;
}

/** Kinds of files that decide where a job may run. */
const placingKinds = ['checkpoint', 'lora', 'vae'];

export async function allHosts(db: DbOrTrx): Promise<HostRow[]> {
  return db.selectFrom('host').selectAll().orderBy('name').orderBy('id').execute();
}

/** File keys by host. */
export async function placingFiles(db: DbOrTrx): Promise<Map<string, Set<string>>> {
  const rows = await db
    .selectFrom('host_file')
    .select(['host_id', 'kind', 'name'])
    .where('kind', 'in', placingKinds)
    .execute();
  const files = new Map<string, Set<string>>();
  for (const row of rows) {
    const known = files.get(row.host_id) ?? new Set();
    files.set(row.host_id, known.add(fileKey(row.kind, row.name)));
  }
  return files;
}

export function placingKeys(files: readonly HostFile[]): Set<string> {
  return new Set(
    files.filter((file) => placingKinds.includes(file.kind)).map((file) => fileKey(file.kind, file.name)),
  );
}

/** Brings the hosts of the environment in line with it; answers the ids of those that it no longer names. */
export async function syncEnvironmentHosts(trx: Trx, wanted: readonly KnownHost[]): Promise<string[]> {
  const ids = wanted.map((host) => host.id);
  const gone = await trx
    .selectFrom('host')
    .select('id')
    .where('origin', '=', 'environment')
    .$if(ids.length > 0, (query) => query.where('id', 'not in', ids))
    .execute();
  for (const host of wanted) {
    await trx
      .insertInto('host')
      .values({ ...host, origin: 'environment', version: null, holder: null, inventory: null })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ name: host.name, url: host.url, origin: 'environment' }),
      )
      .execute();
  }
  return gone.map((row) => row.id);
}

export async function deleteHost(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('host').where('id', '=', id).execute();
}

/** Gives a host to a holder, or takes it away; the epoch tells holders of different times apart. */
export async function moveHost(trx: Trx, id: string, holder: string | null): Promise<HostRow | undefined> {
  return trx
    .updateTable('host')
    .set((host) => ({
      holder,
      epoch: host('epoch', '+', 1),
      holder_seen_at: sql<Date>`now()`,
      state: 'unknown',
      reason: holder === null ? 'No generator holds it.' : 'Its new generator has not asked it yet.',
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** What a holder says about a host; false where it is not the holder's any more. */
export async function writeReport(trx: Trx, replica: string, report: HostReport): Promise<boolean> {
  const result = await trx
    .updateTable('host')
    .set({
      state: report.state,
      reason: report.reason,
      version: report.version,
      loaded_checkpoint: report.loaded_checkpoint,
      loaded_loras: report.loaded_loras,
      missing_nodes: report.missing_nodes,
    })
    .where('id', '=', report.host_id)
    .where('holder', '=', replica)
    .where('epoch', '=', report.epoch)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function noteHolderSeen(db: DbOrTrx, replica: string): Promise<void> {
  await db
    .updateTable('host')
    .set({ holder_seen_at: sql<Date>`now()` })
    .where('holder', '=', replica)
    .execute();
}

/** Replaces what is known of a host's files; false where the asker is not its holder any more. */
export async function replaceFiles(
  trx: Trx,
  hostId: string,
  epoch: number,
  fingerprint: string,
  files: readonly HostFile[],
): Promise<boolean> {
  const owned = await trx
    .updateTable('host')
    .set({ inventory: fingerprint, inventory_at: sql<Date>`now()` })
    .where('id', '=', hostId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
  if (owned.numUpdatedRows === 0n) return false;
  await trx.deleteFrom('host_file').where('host_id', '=', hostId).execute();
  const kinds = files.map((file) => file.kind);
  const names = files.map((file) => file.name);
  await sql`INSERT INTO host_file (host_id, kind, name)
    SELECT ${hostId}, f.kind, f.name FROM unnest(${kinds}::text[], ${names}::text[]) AS f (kind, name)
    ON CONFLICT DO NOTHING`.execute(trx);
  return true;
}

/** What holders measured of a host's checkpoints. */
export async function writeTimings(db: DbOrTrx, hostId: string, timings: HostRow['timings']): Promise<void> {
  await db
    .updateTable('host')
    .set({ timings: JSON.stringify(timings) })
    .where('id', '=', hostId)
    .execute();
}

export async function writeLearned(
  db: DbOrTrx,
  hostId: string,
  learned: { imageMs: number; loadMs: number },
): Promise<void> {
  await db
    .updateTable('host')
    .set({ image_ms: learned.imageMs, load_ms: learned.loadMs })
    .where('id', '=', hostId)
    .execute();
}

/** Hosts that have work, started or on its way. */
export async function busyHosts(db: DbOrTrx): Promise<Set<string>> {
  const rows = await db
    .selectFrom('job')
    .select('host_id')
    .distinct()
    .where('status', 'in', ['dispatched', 'running', 'cancelling'])
    .where('host_id', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.host_id ?? ''));
}
