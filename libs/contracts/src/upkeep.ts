import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { rpc } from './rpc.ts';

const count = z.number().int();
const Empty = z.object({});

// ── what lies where ──

const DiskView = z.object({
  /** What lies on it: `data`: the JSON files; `pictures`: the picture store. */
  holds: z.enum(['data', 'pictures']),
  free_bytes: z.number(),
  total_bytes: z.number(),
});

/** Sizes, counts and free space. */
export const StorageView = z
  .object({
    entities: z.partialRecord(CategoryName, count),
    pictures: z.object({ count, bytes: z.number() }),
    trash: z.object({
      /** Pictures, and entries. */
      pictures: count,
      entries: count,
      bytes: z.number(),
    }),
    revisions: count,
    jobs: count,
    database_bytes: z.number(),
    backups: z.object({ count, bytes: z.number() }),
    store: z.enum(['disk', 's3']),
    disks: z.array(DiskView),
  })
  .meta({ id: 'Storage' });
export type StorageView = z.infer<typeof StorageView>;

// ── backups ──

export const BackupId = z.string().regex(/^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$/);

export const BackupView = z
  .object({
    id: BackupId,
    state: z.enum(['running', 'done', 'failed']),
    created_at: z.string(),
    /** Whether the pictures are in it, beside what is known of them. */
    pictures: z.boolean(),
    /** So far, while it runs. */
    files: count,
    bytes: z.number(),
    /** Why it failed, as a sentence. */
    problem: z.string().nullable(),
  })
  .meta({ id: 'Backup' });
export type BackupView = z.infer<typeof BackupView>;

export const BackupsReply = z.object({ backups: z.array(BackupView) }).meta({ id: 'Backups' });
export type BackupsReply = z.infer<typeof BackupsReply>;

export const BackupBody = z
  .strictObject({
    /** Puts the pictures in, too. */
    pictures: z.boolean().default(false),
  })
  .meta({ id: 'BackupRequest' });
export const BackupParams = z.object({ id: BackupId });

/** Where the archive of a backup lies in the picture store; nothing in a hidden folder is ever shown as a picture. */
export const backupKey = (id: string): string => `.backups/${id}.zip`;

// ── the doctor ──

export const DoctorFinding = z
  .object({
    /** Which check it comes from. */
    check: z.string(),
    /** `fault`: something is wrong; `note`: worth knowing; `good`: looked at and in order. */
    state: z.enum(['good', 'note', 'fault']),
    /** What was found, as a sentence. */
    message: z.string(),
    count,
    examples: z.array(z.string()),
    /** What a repair does, as a sentence; null where only a person can. */
    repair: z.string().nullable(),
    repaired: z.boolean(),
  })
  .meta({ id: 'DoctorFinding' });
export type DoctorFinding = z.infer<typeof DoctorFinding>;

export const DoctorReport = z
  .object({ findings: z.array(DoctorFinding), faults: count, seconds: z.number() })
  .meta({ id: 'DoctorReport' });
export type DoctorReport = z.infer<typeof DoctorReport>;

export const DoctorQuerystring = z.object({
  deep: z
    .enum(['on', 'off'])
    .transform((value) => value === 'on')
    .default(false)
    .meta({ description: 'Reads every picture and compares its checksum. Takes long.' }),
});

// ── import of the Flask original ──

const taken = z.object({
  /** New here. */
  added: count,
  /** Taken earlier, changed in the original since and not here. */
  updated: count,
  /** As they are here already. */
  same: count,
  /** Changed or deleted here since; what is here stays. */
  kept: count,
});
export const ImportReport = z
  .object({
    entries: taken,
    pictures: taken,
    sidecars: taken,
    /** Favourites, default fields, active outfits, covers and NSFW marks of the original's database. */
    marks: taken,
    settings: z.array(z.string()),
    /** Sentences about what was left out, and why. */
    notes: z.array(z.string()),
    /** Files that could not be taken. */
    problems: z.array(z.object({ file: z.string(), message: z.string() })),
    problem_count: count,
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;

export const ImportRun = z
  .object({
    state: z.enum(['running', 'done', 'failed']),
    folder: z.string(),
    /** Looks only, and tells what it would take. */
    dry_run: z.boolean(),
    started_at: z.string(),
    finished_at: z.string().nullable(),
    report: ImportReport,
    problem: z.string().nullable(),
  })
  .meta({ id: 'ImportRun' });
export type ImportRun = z.infer<typeof ImportRun>;

export const ImportReply = z
  .object({
    /** The newest one since the catalog started. */
    run: ImportRun.nullable(),
    /** Folders that an import by this address may read from; empty: none. */
    roots: z.array(z.string()),
  })
  .meta({ id: 'Imports' });
export type ImportReply = z.infer<typeof ImportReply>;

const importFields = { folder: z.string().min(1).max(2000), dry_run: z.boolean().default(false) };
export const ImportBody = z.strictObject(importFields).meta({ id: 'ImportRequest' });
export type ImportInput = z.input<typeof ImportBody>;

/** Questions about the house itself, for those who keep it. */
export const upkeepRpc = {
  storage: rpc('upkeep.storage', Empty, StorageView, 20),
  backups: rpc('upkeep.backups', Empty, BackupsReply),
  backupStart: rpc('upkeep.backup_start', z.object({ pictures: z.boolean() }), BackupView),
  backupDelete: rpc('upkeep.backup_delete', z.object({ id: BackupId }), Empty, 20),
  doctor: rpc('upkeep.doctor', z.object({ deep: z.boolean() }), DoctorReport, 600),
  importGet: rpc('upkeep.import', Empty, ImportReply),
  /** Reads below the allowed folders alone. */
  importStart: rpc('upkeep.import_start', z.object(importFields), ImportRun),
} as const;

/** What only a person's tools on this machine may ask: they read any folder, and repair. */
export const operatorRpc = {
  importFrom: rpc('operator.import_from', z.object(importFields), ImportRun),
  repair: rpc('operator.repair', z.object({ deep: z.boolean() }), DoctorReport, 600),
} as const;
