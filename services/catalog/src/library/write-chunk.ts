import type { CategoryDeclaration } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { Db, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { ModelRoots } from '../editing/deps.ts';
import { cardOf } from './cards.ts';
import type { FolderLock } from './folder-lock.ts';
import type { FileReading } from './read-file.ts';
import { entityRow } from './row.ts';
import type { EntityRow } from './row.ts';
import type { NewProblem, StoredProblem } from './scan-store.ts';
import {
  countProblems,
  deleteProblems,
  knownSlugs,
  recordFileRevisions,
  upsertEntities,
  upsertProblems,
} from './scan-store.ts';
import type { FileStamp } from './stamp.ts';
import { decide, learn, remember } from './take-over.ts';
import type { KnownRows } from './take-over.ts';

export interface ScanDeps {
  db: Db;
  dataDir: string;
  events: Events;
  lock: FolderLock;
  /** Where writes that were cut off may have left model files. */
  modelRoots: ModelRoots;
  log: Log;
}

/** One scan under way: what it knows, kept up to date while it goes on. */
export interface Scan {
  deps: ScanDeps;
  declaration: CategoryDeclaration;
  folder: string;
  seen: ReadonlyMap<string, FileStamp>;
  /** Whether a file is there, also one that this scan did not look at. */
  isThere: (filename: string) => boolean;
  /** Rows of other files are not known yet: who holds an address has to be asked. */
  partial: boolean;
  known: KnownRows;
  problems: Map<string, StoredProblem>;
  oneByOne: boolean;
  /** How many writes there were when `known` was asked for. */
  writes: number;
  /** One step at a time: writers get their turn between two of them. */
  exclusive: <T>(task: () => Promise<T>) => Promise<T>;
  added: number;
  changed: number;
}

export interface FileRead {
  filename: string;
  reading: FileReading;
}

/** Changed entities up to this number are told one by one; more than that as one «load it again». */
export const tellOneByOne = 50;

/** What a chunk of files comes down to. */
interface Changes {
  rows: EntityRow[];
  /** Those of the rows whose text is another. */
  edited: EntityRow[];
  healed: string[];
  broken: NewProblem[];
  /** Slugs whose cards look different now. */
  told: Set<string>;
  problemsChanged: boolean;
  added: number;
  changed: number;
}

/** Takes a chunk of files over: rows, revisions, problems and events in one transaction. */
export async function writeChunk(scan: Scan, files: readonly FileRead[]): Promise<void> {
  const changes: Changes = {
    rows: [],
    edited: [],
    healed: [],
    broken: [],
    told: new Set(),
    problemsChanged: false,
    added: 0,
    changed: 0,
  };
  const found = files.map((file) => ({
    ...file,
    row: file.reading.ok ? entityRow(scan.declaration, file.filename, file.reading) : null,
  }));
  if (scan.partial)
    learn(
      scan.known,
      await knownSlugs(
        scan.deps.db,
        scan.declaration.name,
        found.flatMap(({ row }) => row?.slug ?? []),
      ),
    );
  for (const file of found) sort(scan, file, changes);
  const { name: category } = scan.declaration;
  await scan.deps.db.transaction().execute(async (trx) => {
    await recordFileRevisions(trx, category, changes.edited);
    await upsertEntities(trx, changes.rows);
    await deleteProblems(trx, category, changes.healed);
    await upsertProblems(trx, category, changes.broken);
    await tell(scan, trx, [...changes.told]);
    if (changes.problemsChanged) await tellProblems(scan, trx);
  });
  scan.added += changes.added;
  scan.changed += changes.changed;
}

function sort(scan: Scan, file: FileRead & { row: EntityRow | null }, changes: Changes): void {
  const { filename, reading, row } = file;
  const ownSlug = (): string | null => scan.known.byFile.get(filename)?.slug ?? null;
  if (!reading.ok)
    return note(scan, changes, {
      file: filename,
      fault: reading.fault,
      stamp: reading.stamp,
      slug: ownSlug(),
    });
  if (row === null) return;
  const decision = decide({ declaration: scan.declaration, row, known: scan.known, isThere: scan.isThere });
  if (decision.type === 'refuse') {
    const slug = decision.contested ?? ownSlug();
    return note(scan, changes, { file: filename, fault: decision.fault, stamp: reading.stamp, slug });
  }
  remember(scan.known, row);
  changes.rows.push(row);
  if (decision.type === 'add') changes.added++;
  if (decision.type === 'change') {
    changes.changed++;
    if (decision.before.revision !== row.revision) changes.edited.push(row);
  }
  if (decision.type !== 'same') changes.told.add(row.slug);
  const problem = scan.problems.get(filename);
  if (problem === undefined) return;
  changes.healed.push(filename);
  changes.problemsChanged = true;
  changes.told.add(row.slug);
  if (problem.slug !== null) changes.told.add(problem.slug);
}

function note(scan: Scan, changes: Changes, problem: NewProblem): void {
  changes.broken.push(problem);
  const before = scan.problems.get(problem.file);
  const { fault, slug } = problem;
  const same =
    before !== undefined &&
    before.message === fault.message &&
    before.line === fault.line &&
    before.column === fault.column &&
    before.slug === slug;
  if (same) return;
  changes.problemsChanged = true;
  for (const marked of [slug, before?.slug]) if (typeof marked === 'string') changes.told.add(marked);
}

/** Tells whoever looks at the category what changed, in the transaction that changes it. */
export async function tell(scan: Scan, trx: Trx, slugs: readonly string[]): Promise<void> {
  const { deps, declaration } = scan;
  if (slugs.length === 0) return;
  if (!scan.oneByOne || slugs.length > tellOneByOne)
    return deps.events.emit(trx, { type: 'library.changed', category: declaration.name });
  for (const slug of slugs) {
    const entity = await cardOf(trx, declaration.name, slug);
    if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
  }
}

export async function tellProblems(scan: Scan, trx: Trx): Promise<void> {
  await scan.deps.events.emit(trx, { type: 'problems.changed', count: await countProblems(trx) });
}
