import type { StorageView } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { diskOf } from './disks.ts';

export interface StorageDeps {
  db: Db;
  store: ObjectStore;
  dataDir: string;
  /** Folder of the picture store; null where an S3 server holds the pictures. */
  uploadsDir: string | null;
}

interface Counted {
  pictures: number;
  picture_bytes: number;
  trashed: number;
  trashed_bytes: number;
  entries: number;
  revisions: number;
  jobs: number;
  database_bytes: number;
}

/** Sizes, counts and free space, as a person wants to see them before the disk is full. */
export async function storageView(deps: StorageDeps): Promise<StorageView> {
  const { rows } = await sql<Counted>`
    SELECT pictures, picture_bytes, trashed, trashed_bytes,
      (SELECT count(*)::int FROM trash) AS entries,
      (SELECT count(*)::int FROM entity_revision) AS revisions,
      (SELECT count(*)::int FROM job) AS jobs,
      pg_database_size(current_database())::float8 AS database_bytes
    FROM (SELECT count(*)::int AS pictures, coalesce(sum(bytes), 0)::float8 AS picture_bytes FROM image) AS shown,
      (SELECT count(*)::int AS trashed, coalesce(sum(bytes), 0)::float8 AS trashed_bytes
        FROM image_hidden WHERE reason = 'trash') AS hidden`.execute(deps.db);
  const [counted] = rows;
  if (counted === undefined) throw new Error('counting gives a row');
  return {
    entities: await entityCounts(deps.db),
    pictures: { count: counted.pictures, bytes: counted.picture_bytes },
    trash: { pictures: counted.trashed, entries: counted.entries, bytes: counted.trashed_bytes },
    ...{ revisions: counted.revisions, jobs: counted.jobs, database_bytes: counted.database_bytes },
    backups: await backupSizes(deps.store),
    store: deps.uploadsDir === null ? 's3' : 'disk',
    disks: await disks(deps),
  };
}

async function entityCounts(db: Db): Promise<StorageView['entities']> {
  const rows = await db
    .selectFrom('entity')
    .select(['category', sql<number>`count(*)::int`.as('n')])
    .where('gone_at', 'is', null)
    .groupBy('category')
    .execute();
  return Object.fromEntries(rows.map(({ category, n }) => [category, n]));
}

async function backupSizes(store: ObjectStore): Promise<StorageView['backups']> {
  const total = { count: 0, bytes: 0 };
  for await (const { key, bytes } of store.entries('.backups/')) {
    if (!key.endsWith('.zip')) continue;
    total.count++;
    total.bytes += bytes;
  }
  return total;
}

async function disks({ dataDir, uploadsDir }: StorageDeps): Promise<StorageView['disks']> {
  const [data, pictures] = [await diskOf(dataDir), uploadsDir === null ? null : await diskOf(uploadsDir)];
  return [
    ...(data === null ? [] : [{ holds: 'data' as const, ...data }]),
    ...(pictures === null ? [] : [{ holds: 'pictures' as const, ...pictures }]),
  ];
}
