import type { FileStamp } from './read-file.ts';

export interface KnownFile extends FileStamp {
  filename: string;
  gone: boolean;
}

export interface ScanPlan {
  /** New or changed files, to be read. */
  read: string[];
  /** Files whose rows come back as they were. */
  restore: string[];
  /** Files whose rows are hidden. */
  hide: string[];
  /** Why nothing is hidden although files are missing; null where all is well. */
  warning: string | null;
}

/** More files than this, and a larger share than that, gone at once look like an unmounted folder. */
const suspiciousCount = 20;
const suspiciousShare = 0.2;

/**
 * Compares what the database knows with what lies in the folder. Pure.
 *
 * A file counts as unchanged when size, times and inode are equal: nothing is read then. Missing files hide their
 * rows unless so many are missing that the folder itself is the likelier fault.
 */
export function planScan(input: { known: readonly KnownFile[]; seen: ReadonlyMap<string, FileStamp>; markerPresent: boolean; folder: string }): ScanPlan {
  const known = new Map(input.known.map((file) => [file.filename, file]));
  const read: string[] = [];
  const restore: string[] = [];
  for (const [filename, stamp] of input.seen) {
    const before = known.get(filename);
    if (before === undefined || !sameStamp(before, stamp)) read.push(filename);
    else if (before.gone) restore.push(filename);
  }
  const present = input.known.filter((file) => !file.gone);
  const missing = present.filter((file) => !input.seen.has(file.filename)).map((file) => file.filename);
  const warning = missing.length === 0 ? null : unmountedWarning(input, missing.length, present.length);
  return { read, restore, hide: warning === null ? missing : [], warning };
}

function unmountedWarning(input: { markerPresent: boolean; folder: string }, missing: number, present: number): string | null {
  if (!input.markerPresent) {
    return `The data folder has no .gaze-data file, so it may not be mounted. Nothing of «${input.folder}» was hidden.`;
  }
  if (missing > suspiciousCount && missing > present * suspiciousShare) {
    return `${missing} of ${present} files of «${input.folder}» are missing at once. Nothing was hidden; if they were deleted on purpose, delete the entries in GAZE.`;
  }
  return null;
}

function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.inode === b.inode;
}
