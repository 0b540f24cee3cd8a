import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { categoryList } from '@gaze/contracts';
import { sql } from 'kysely';
import { hashOf, markerFile } from '../library/own-files.ts';
import { countProblems, knownFiles } from '../library/scan-store.ts';
import { seenFiles } from '../library/seen-files.ts';
import type { DoctorDeps, Finding } from './finding.ts';
import { collect, entriesOf, good } from './finding.ts';

export interface FileRepairs {
  /** Reads every file again and brings the rows in line. */
  rescanFiles: () => Promise<void>;
}

/** The marker, without which nothing of the data folder is believed to be gone. */
export async function checkMarker({ dataDir }: DoctorDeps): Promise<Finding> {
  const there = await access(path.join(dataDir, markerFile)).then(
    () => true,
    () => false,
  );
  if (there) return good('marker', 'The data folder is the marked one.');
  return {
    check: 'marker',
    state: 'fault',
    message: `The data folder has no ${markerFile} file, so it may not be mounted. If it is the right folder, make an empty file of that name in it and rescan.`,
    ...{ count: 1, examples: [dataDir], repair: null },
  };
}

/** Entries and their files: each row has its file, each file its row, and both say the same. */
export async function checkFiles(deps: DoctorDeps, repairs: FileRepairs): Promise<Finding[]> {
  const [lost, unknown, other] = [collect(), collect(), collect()];
  let files = 0;
  for (const declaration of categoryList) {
    const folder = path.join(deps.dataDir, declaration.folder);
    const { seen } = await seenFiles(folder);
    files += seen.size;
    const known = await knownFiles(deps.db, declaration.name, null);
    const problems = new Set(known.problems.map(({ file }) => file));
    const shown = new Map(
      known.entities.filter(({ gone }) => !gone).map((entity) => [entity.filename, entity]),
    );
    for (const filename of shown.keys())
      if (!seen.has(filename)) lost.add(`${declaration.folder}/${filename}`);
    for (const filename of seen.keys()) {
      if (problems.has(filename)) continue;
      const entity = shown.get(filename);
      if (entity === undefined) unknown.add(`${declaration.folder}/${filename}`);
      else if (await isOther(path.join(folder, filename), entity.revision))
        other.add(`${declaration.folder}/${filename}`);
    }
  }
  const repair = {
    sentence: 'Reads every file again and brings the entries in line.',
    run: repairs.rescanFiles,
  };
  const findings: Finding[] = [];
  for (const [check, found, text] of [
    ['entries-without-file', lost, ['entry has no file.', 'entries have no file.']],
    ['files-without-entry', unknown, ['file was not taken over.', 'files were not taken over.']],
    ['files-changed', other, ['file is not as its entry says.', 'files are not as their entries say.']],
  ] as const) {
    if (found.count() === 0) continue;
    const message = entriesOf(found.count(), text[0], text[1]);
    findings.push({
      check,
      state: 'fault',
      message,
      count: found.count(),
      examples: found.examples(),
      repair,
    });
  }
  return findings.length > 0 ? findings : [good('files', `${files} files and their entries say the same.`)];
}

async function isOther(file: string, revision: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => null);
  return bytes !== null && hashOf(bytes) !== revision;
}

/** Files that cannot be used: only a person can put them right. */
export async function checkProblems({ db }: DoctorDeps): Promise<Finding> {
  const count = await countProblems(db);
  if (count === 0) return good('broken-files', 'Every data file can be read.');
  const rows = await db
    .selectFrom('problem_file')
    .select(['file', 'message'])
    .orderBy('file')
    .limit(10)
    .execute();
  return {
    ...{ check: 'broken-files', state: 'fault', count, repair: null },
    message: `${entriesOf(count, 'data file has a fault.', 'data files have a fault.')} Correct them in an editor; Settings lists them with line and column.`,
    examples: rows.map(({ file, message }) => `${file}: ${message}`),
  };
}

/** Writes that were cut off and that no scan has settled. */
export async function checkPending({ db }: DoctorDeps, repairs: FileRepairs): Promise<Finding> {
  const rows = await db
    .selectFrom('entity_revision')
    .select(['category', 'filename'])
    .where('state', '=', 'pending')
    .where('created_at', '<', sql<Date>`now() - interval '1 minute'`)
    .execute();
  if (rows.length === 0) return good('pending-writes', 'No write was left in the middle.');
  return {
    ...{ check: 'pending-writes', state: 'fault', count: rows.length },
    message: entriesOf(rows.length, 'write was cut off.', 'writes were cut off.'),
    examples: rows.slice(0, 10).map(({ category, filename }) => `${category}/${filename}`),
    repair: {
      sentence: 'Finishes what is in the file and forgets what never got there.',
      run: repairs.rescanFiles,
    },
  };
}

/** What is listed in the trash and does not lie there any more. */
export async function checkTrash({ db, dataDir }: DoctorDeps): Promise<Finding> {
  const rows = await db.selectFrom('trash').select(['id', 'file']).execute();
  const gone: { id: string; file: string }[] = [];
  for (const row of rows) await access(path.join(dataDir, row.file)).catch(() => void gone.push(row));
  if (gone.length === 0) return good('trash', `The trash holds what it lists (${rows.length} entries).`);
  return {
    ...{
      check: 'trash',
      state: 'fault',
      count: gone.length,
      examples: gone.slice(0, 10).map(({ file }) => file),
    },
    message: entriesOf(gone.length, 'entry of the trash has no file.', 'entries of the trash have no file.'),
    repair: {
      sentence: 'Takes them off the list.',
      async run() {
        for (const { id } of gone) await db.deleteFrom('trash').where('id', '=', id).execute();
      },
    },
  };
}
