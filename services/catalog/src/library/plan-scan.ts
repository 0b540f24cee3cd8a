import type { FileStamp } from './stamp.ts';
import { sameStamp } from './stamp.ts';

export interface KnownEntity extends FileStamp {
  slug: string;
  filename: string;
  revision: string;
  gone: boolean;
}

export interface KnownProblem extends FileStamp {
  file: string;
  /** Whether the fault may end without a change of the file: what it collides with, or the disk, may have changed. */
  mayHeal: boolean;
}

export interface ReadPlan {
  /** New or changed files, to be read. */
  read: string[];
  /** Hidden rows, by slug, whose files are back as they were. */
  restore: string[];
  /** Files that have a visible row and are not there. */
  missing: string[];
}

/**
 * Compares what the database knows with what lies in the folder. Pure.
 *
 * A file counts as unchanged when size, times and inode are equal: nothing is read then. `named` files are read in
 * any case: the watcher says that they changed, perhaps twice within one tick of the file system's clock.
 */
export function planReads(input: {
  entities: readonly KnownEntity[];
  problems: readonly KnownProblem[];
  seen: ReadonlyMap<string, FileStamp>;
  named?: ReadonlySet<string>;
}): ReadPlan {
  const present = new Map<string, KnownEntity>();
  const gone = new Map<string, KnownEntity>();
  for (const entity of input.entities) (entity.gone ? gone : present).set(entity.filename, entity);
  const problems = new Map(input.problems.map((problem) => [problem.file, problem]));

  const read: string[] = [];
  const restore: string[] = [];
  for (const [filename, stamp] of input.seen) {
    // A faulty file is known by the stamp of its fault, so that it is not read again at every start.
    const problem = problems.get(filename);
    const before = problem ?? present.get(filename) ?? gone.get(filename);
    const doubtful = problem?.mayHeal === true || input.named?.has(filename) === true;
    if (before === undefined || doubtful || !sameStamp(before, stamp)) read.push(filename);
    else if (problem === undefined && !present.has(filename)) restore.push(gone.get(filename)?.slug ?? '');
  }
  // One order everywhere: of two new files with one id the first by name gets it, at every start.
  read.sort();
  const missing = [...present.keys()].filter((filename) => !input.seen.has(filename));
  return { read, restore, missing };
}

/** More files than this, and a larger share than that, gone at once look like an unmounted folder. */
const suspiciousCount = 20;
const suspiciousShare = 0.2;

/**
 * Why missing files are not believed, as a sentence that says what to do; null: their rows may be hidden. Pure.
 * `missing` of `present` files are gone.
 */
export function unmountedWarning(input: {
  folder: string;
  markerPresent: boolean;
  missing: number;
  present: number;
}): string | null {
  const { folder, missing, present } = input;
  if (missing === 0) return null;
  if (!input.markerPresent) {
    return `The data folder has no .gaze-data file, so it may not be mounted. Nothing of «${folder}» was hidden. If this is the right folder, make an empty file of that name in it and rescan.`;
  }
  if (missing > suspiciousCount && missing > present * suspiciousShare) {
    return `${missing} of ${present} files of «${folder}» are missing at once. Nothing was hidden. Put them back, or delete the entries in GAZE if they are not wanted.`;
  }
  return null;
}
