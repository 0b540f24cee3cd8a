import { z } from 'zod';

/** Grows when a reader of an earlier version would misunderstand what is written. */
export const backupVersion = 1;

export const manifestName = 'manifest.json';
/** One line of JSON per file of the backup, the manifest left out. */
export const sumsName = 'files.ndjson';
/** Top folders of a backup: rows, JSON files, system prompts, the picture store; and the key file. */
export const tops = { database: 'database', data: 'data', prompts: 'prompts', pictures: 'pictures' } as const;
export const keyName = 'bus.key';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().int().min(0);

export const FileSum = z.object({ path: z.string(), bytes: size, sha256 });
export type FileSum = z.infer<typeof FileSum>;

/** What a backup is. It is written last: a folder without one is a backup that was cut off. */
export const Manifest = z.object({
  format: z.literal('gaze-backup'),
  version: z.number().int().min(1),
  /** Version of the program that wrote it. */
  gaze: z.string(),
  created_at: z.string(),
  /** Shape of the database, as the names of its migrations. */
  migrations: z.array(z.string()).min(1),
  tables: z.record(z.string(), z.object({ columns: z.array(z.string()), rows: size })),
  /** Whether the pictures themselves are in it. */
  pictures: z.boolean(),
  /** Whether the key file is in it, without which sealed secrets cannot be opened. */
  key: z.boolean(),
  files: size,
  bytes: size,
  sums: z.object({ bytes: size, sha256 }),
});
export type Manifest = z.infer<typeof Manifest>;

/** Whether a path of a backup leads to where a backup may lead: below a known top, and never out of it. */
export function isBackupPath(path: string): boolean {
  if (path === keyName) return true;
  const [top = '', ...rest] = path.split('/');
  return (
    Object.values<string>(tops).includes(top) &&
    rest.length > 0 &&
    path.length <= 2000 &&
    // eslint-disable-next-line no-control-regex -- control characters are exactly what must not be in a path
    !/[\u0000-\u001f\\]/.test(path) &&
    rest.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
