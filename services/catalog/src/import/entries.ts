import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CategoryDeclaration, EntityData } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import { madeBy } from '../editing/authors.ts';
import { bytesOf } from '../editing/file-steps.ts';
import { settlePending } from '../editing/settle.ts';
import { textWithoutMark } from '../editing/versions.ts';
import { createFile, replaceFile } from '../editing/write-file.ts';
import { hashOf } from '../library/own-files.ts';
import { readEntityFile } from '../library/read-file.ts';
import type { GoodReading } from '../library/read-file.ts';
import { entityRow } from '../library/row.ts';
import { knownSlugs } from '../library/scan-store.ts';
import { scanFiles } from '../library/scan.ts';
import { isEntityFile } from '../library/seen-files.ts';
import { decideTaking } from './decide.ts';
import type { Taking } from './decide.ts';
import type { ImportState } from './deps.ts';
import { count, problem } from './deps.ts';
import { importedBefore, noteImported } from './records.ts';
import { places } from './source-folder.ts';
import type { SourceRow } from './source-database.ts';

const by = madeBy('user: import');
const note = 'Taken over from the Flask original.';

/** Takes the JSON files over, and entries of which only the original's database knows. */
export async function takeEntries(
  state: ImportState,
  rows: ReadonlyMap<string, readonly SourceRow[]>,
): Promise<void> {
  const before = await importedBefore(state.writing.db, 'entry');
  for (const declaration of categoryList) {
    const folder = path.join(state.folder, places.data, declaration.folder);
    const names = (await readdir(folder).catch(() => [])).filter(isEntityFile).sort();
    const seen = new Set<string>();
    for (const name of names) await takeFile(state, declaration, path.join(folder, name), { before, seen });
    const lost = (rows.get(declaration.name) ?? []).filter(({ filename }) => !names.includes(filename));
    await takeRows(state, declaration, lost, { before, seen });
  }
}

/** The original's database holds each entry's JSON: where the file is lost, the row still has it. */
async function takeRows(
  state: ImportState,
  declaration: CategoryDeclaration,
  rows: readonly SourceRow[],
  known: Known,
): Promise<void> {
  const lost = rows.filter((row) => isWhole(declaration, row.data) && !known.seen.has(row.slug));
  if (lost.length === 0) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'gaze-import-'));
  try {
    for (const { filename, data } of lost) {
      const file = path.join(folder, filename);
      await writeFile(file, `${JSON.stringify(data, null, 2)}\n`);
      await takeFile(state, declaration, file, known);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What says its own id; the rest of a row's JSON may be a rest of what a person once had. */
const isWhole = (declaration: CategoryDeclaration, data: EntityData | null): boolean =>
  typeof data?.[declaration.idField] === 'string';

interface Known {
  /** What imports took so far. */
  before: ReadonlyMap<string, string>;
  /** Slugs of the files of this category. */
  seen: Set<string>;
}

async function takeFile(
  state: ImportState,
  declaration: CategoryDeclaration,
  file: string,
  known: Known,
): Promise<void> {
  state.signal.throwIfAborted();
  const filename = path.basename(file);
  const shown = `${places.data}/${declaration.folder}/${filename}`;
  const reading = readEntityFile(file, declaration);
  if (reading === null) return;
  if (!reading.ok) {
    problem(state, shown, reading.fault.message);
    return;
  }
  const bytes = await bytesOf(file);
  if (bytes === null || hashOf(bytes) !== reading.hash) {
    problem(state, shown, 'The file changed while it was read. Run the import again.');
    return;
  }
  const { slug } = entityRow(declaration, filename, reading);
  known.seen.add(slug);
  try {
    const taking = await state.writing.lock.run(declaration.name, () =>
      takeLocked(state, declaration, { filename, slug, reading, bytes }, known.before),
    );
    count(state, 'entries', taking);
  } catch (error) {
    const wire = toWireError(error);
    if (wire.code === 'internal' || wire.code === 'unavailable' || wire.code === 'storage_full') throw error;
    problem(state, shown, wire.message);
  }
}

interface Theirs {
  filename: string;
  slug: string;
  reading: GoodReading;
  bytes: Buffer;
}

async function takeLocked(
  state: ImportState,
  declaration: CategoryDeclaration,
  theirs: Theirs,
  before: ReadonlyMap<string, string>,
): Promise<Taking> {
  const { writing } = state;
  await settlePending(writing, declaration);
  const { slug } = theirs;
  const [row] = await knownSlugs(writing.db, declaration.name, [slug]);
  const filename = row === undefined || row.gone ? theirs.filename : row.filename;
  // An id that follows from the name of the file would be another one under another name.
  if (filename !== theirs.filename && !isWhole(declaration, theirs.reading.data)) return 'kept';
  const key = `${declaration.name}/${slug}`;
  const here = await bytesOf(path.join(writing.dataDir, declaration.folder, filename));
  const ours = here === null ? null : hashOf(here);
  const taking = decideTaking({ theirs: theirs.reading.hash, ours, before: before.get(key) });
  if (state.dryRun || taking === 'kept') return taking;
  if (taking !== 'same' && !(await write(state, declaration, { ...theirs, filename, here }))) return 'kept';
  if (before.get(key) !== theirs.reading.hash)
    await noteImported(writing.db, 'entry', key, theirs.reading.hash);
  return taking;
}

/** False where somebody else wrote meanwhile. */
async function write(
  { writing }: ImportState,
  declaration: CategoryDeclaration,
  entry: Theirs & { here: Buffer | null },
): Promise<boolean> {
  const { filename, slug, bytes, here, reading } = entry;
  const revision = {
    ...{ category: declaration.name, slug, filename, by, note },
    after: { hash: reading.hash, text: reading.text },
  };
  if (here === null) {
    const commit = await createFile(writing, {
      declaration,
      bytes,
      revision: { ...revision, before: null, action: 'create' },
    });
    if (commit === 'taken') return false;
    if (!commit.settled) await scanFiles(writing, declaration, new Set([filename]));
    return true;
  }
  const outcome = await replaceFile(writing, {
    declaration,
    bytes,
    revision: {
      ...revision,
      before: { hash: hashOf(here), text: textWithoutMark(here) },
      action: 'edit',
    },
  });
  return outcome.type === 'written';
}
