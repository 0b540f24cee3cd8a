import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { CategoryDeclaration, RescanResult } from '@gaze/contracts';
import { isDatabaseAway } from '../db/errors.ts';
import { removeLeftovers, settlePending } from '../editing/settle.ts';
import { wholeFileFault } from './faults.ts';
import { planReads, unmountedWarning } from './plan-scan.ts';
import { readEntityFile } from './read-file.ts';
import {
  countPresent,
  countProblems,
  deleteProblems,
  hideRows,
  knownFiles,
  restoreRows,
} from './scan-store.ts';
import { codeOf, look, seenFiles } from './seen-files.ts';
import { markerFile } from './own-files.ts';
import type { FileStamp } from './stamp.ts';
import { knownRows } from './take-over.ts';
import type { FileRead, Scan, ScanDeps } from './write-chunk.ts';
import { tell, tellOneByOne, tellProblems, writeChunk } from './write-chunk.ts';

export { markerFile } from './own-files.ts';
export type { ScanDeps } from './write-chunk.ts';

export interface ScanOptions {
  /** Files that the watcher named: read even where their stamps look unchanged. */
  named?: ReadonlySet<string>;
  /** Reads every file: after an update that derives other columns from the same text. */
  everything?: boolean;
}

/** Files that are taken over in one transaction. */
const chunkSize = 200;
/** More named files than this are no edit but a copy or a checkout: the whole folder is looked at. */
const manyNamed = 200;

/**
 * Brings the rows of a category in line with its folder, reading only files that changed. Where the watcher named
 * files, only those are looked at, so that an edit costs the same in a folder of a hundred thousand.
 * Must not run beside itself. Writers get their turn between its steps.
 */
export function scanCategory(
  deps: ScanDeps,
  declaration: CategoryDeclaration,
  options: ScanOptions = {},
): Promise<RescanResult> {
  return runScan(deps, declaration, options, (task) => deps.lock.run(declaration.name, task));
}

/** Takes named files over, for a writer that holds the folder's lock. */
export function scanFiles(
  deps: ScanDeps,
  declaration: CategoryDeclaration,
  named: ReadonlySet<string>,
): Promise<RescanResult> {
  return runScan(deps, declaration, { named }, (task) => task());
}

async function runScan(
  deps: ScanDeps,
  declaration: CategoryDeclaration,
  options: ScanOptions,
  exclusive: Scan['exclusive'],
): Promise<RescanResult> {
  const { db, log } = deps;
  const { name: category, folder: folderName } = declaration;
  const folder = path.join(deps.dataDir, folderName);
  const only = options.named !== undefined && options.named.size <= manyNamed ? options.named : null;
  const { stored, writes } = await exclusive(async () => {
    await settlePending(deps, declaration);
    return { writes: deps.lock.writes(category), stored: await knownFiles(db, category, only) };
  });
  let seen: Map<string, FileStamp>;
  let leftovers: string[] = [];
  try {
    if (only === null) ({ seen, leftovers } = await seenFiles(folder));
    else
      seen = await look(folder, [...new Set([...only, ...stored.problems.map((problem) => problem.file)])]);
  } catch (error) {
    const warning = `The folder «${folderName}» cannot be read (${codeOf(error)}). Nothing of it was changed or hidden. Check its permissions and the disk, then rescan.`;
    log.warn({ err: error }, warning);
    return {
      category,
      files: 0,
      added: 0,
      changed: 0,
      removed: 0,
      problems: stored.problems.length,
      warning,
    };
  }
  const named = options.everything === true ? new Set(seen.keys()) : options.named;
  const plan = planReads({ ...stored, seen, ...(named === undefined ? {} : { named }) });
  const scan: Scan = {
    ...{ deps, declaration, folder, seen, exclusive, writes, added: 0, changed: 0 },
    partial: only !== null,
    isThere: (filename) => seen.has(filename) || existsSync(path.join(folder, filename)),
    // A start where nothing changed looks nothing up.
    known: knownRows(plan.read.length + plan.missing.length === 0 ? [] : stored.entities),
    problems: new Map(stored.problems.map((problem) => [problem.file, problem])),
    oneByOne: plan.read.length <= tellOneByOne,
  };
  for (let i = 0; i < plan.read.length; i += chunkSize) {
    await exclusive(async () => {
      await knowAgain(scan, only);
      await takeOver(scan, plan.read.slice(i, i + chunkSize));
    });
  }
  const { warning, removed } = await exclusive(async () => {
    await knowAgain(scan, only);
    if (plan.restore.length > 0) await restore(scan, plan.restore);
    await removeLeftovers(deps, declaration, leftovers);
    return hideMissing(scan, plan.missing);
  });
  deps.events.wake();
  return {
    category,
    files: seen.size,
    added: scan.added,
    changed: scan.changed,
    removed,
    problems: await countProblems(db, category),
    warning,
  };
}

/** What a scan knows is asked for again where somebody wrote between two of its steps. */
async function knowAgain(scan: Scan, only: ReadonlySet<string> | null): Promise<void> {
  const { deps, declaration } = scan;
  const writes = deps.lock.writes(declaration.name);
  if (writes === scan.writes) return;
  const stored = await knownFiles(deps.db, declaration.name, only);
  scan.known = knownRows(stored.entities);
  scan.problems = new Map(stored.problems.map((problem) => [problem.file, problem]));
  scan.writes = writes;
}

async function hideMissing(
  scan: Scan,
  planned: readonly string[],
): Promise<{ warning: string | null; removed: number }> {
  // A file that was renamed outside is missing under its old name only; one that an editor saves may be back.
  const missing = planned.filter(
    (filename) => scan.known.byFile.has(filename) && !existsSync(path.join(scan.folder, filename)),
  );
  const warning = await unmounted(scan, missing.length);
  if (warning !== null) scan.deps.log.warn({ category: scan.declaration.name }, warning);
  return { warning, removed: warning === null ? await hide(scan, missing) : 0 };
}

async function unmounted(scan: Scan, missing: number): Promise<string | null> {
  if (missing === 0) return null;
  const { deps, declaration } = scan;
  const present = await countPresent(deps.db, declaration.name);
  return unmountedWarning({
    folder: declaration.folder,
    markerPresent: await markerPresent(deps.dataDir),
    missing,
    present,
  });
}

async function markerPresent(dataDir: string): Promise<boolean> {
  return access(path.join(dataDir, markerFile)).then(
    () => true,
    () => false,
  );
}

async function takeOver(scan: Scan, filenames: readonly string[]): Promise<void> {
  const files = filenames.flatMap((filename): FileRead[] => {
    const reading = readEntityFile(path.join(scan.folder, filename), scan.declaration);
    return reading === null ? [] : [{ filename, reading }];
  });
  try {
    await writeChunk(scan, files);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    scan.deps.log.warn(
      { err: error, category: scan.declaration.name },
      'some files could not be stored together; they are stored one by one',
    );
    await oneByOne(scan, files);
  }
}

/** The database refuses one of the files: the others must not suffer from it. */
async function oneByOne(scan: Scan, files: readonly FileRead[]): Promise<void> {
  scan.known = knownRows((await knownFiles(scan.deps.db, scan.declaration.name, null)).entities);
  for (const file of files) {
    try {
      await writeChunk(scan, [file]);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      scan.known = knownRows((await knownFiles(scan.deps.db, scan.declaration.name, null)).entities);
      const why = error instanceof Error ? error.message : 'no reason given';
      const fault = wholeFileFault('schema', `The entry cannot be stored: ${why}.`);
      await writeChunk(scan, [
        { filename: file.filename, reading: { ok: false, stamp: file.reading.stamp, fault } },
      ]);
    }
  }
}

async function restore(scan: Scan, slugs: readonly string[]): Promise<void> {
  await scan.deps.db.transaction().execute(async (trx) => {
    await restoreRows(trx, scan.declaration.name, slugs);
    await tell(scan, trx, slugs);
  });
}

/** Hides what is gone, and forgets the faults of files that are gone. */
async function hide(scan: Scan, filenames: readonly string[]): Promise<number> {
  const { deps, declaration, problems, seen } = scan;
  const ended = [...problems.values()].filter((problem) => !seen.has(problem.file));
  if (filenames.length === 0 && ended.length === 0) return 0;
  return deps.db.transaction().execute(async (trx) => {
    const slugs = await hideRows(trx, declaration.name, filenames);
    if (slugs.length > tellOneByOne)
      await deps.events.emit(trx, { type: 'library.changed', category: declaration.name });
    else
      for (const slug of slugs)
        await deps.events.emit(trx, { type: 'entity.removed', category: declaration.name, slug });
    if (ended.length > 0) {
      await deleteProblems(
        trx,
        declaration.name,
        ended.map((problem) => problem.file),
      );
      await tell(
        scan,
        trx,
        ended.flatMap((problem) => problem.slug ?? []),
      );
      await tellProblems(scan, trx);
    }
    return slugs.length;
  });
}
