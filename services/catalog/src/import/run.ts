import type { ImportState } from './deps.ts';
import { takeEntries } from './entries.ts';
import { takeMarks } from './marks.ts';
import { takePictures } from './pictures.ts';
import { takeSettings, takeWorkflow } from './settings.ts';
import { readSourceDatabase } from './source-database.ts';

/**
 * Takes an installation of the Flask original over: files first, then what its database knew of them. A second run
 * changes nothing, one that was cut off goes on, and what was edited here since stays.
 */
export async function runImport(state: ImportState): Promise<void> {
  const database = await readSourceDatabase(state.folder);
  state.report.notes.push(...database.notes);
  await takeEntries(state, database.rows);
  await takePictures(state);
  if (!state.dryRun) await state.rescanPictures();
  await takeMarks(state, database.rows);
  await takeSettings(state, database.settings);
  await takeWorkflow(state);
  if (state.dryRun)
    state.report.notes.push(
      'This was a look only. Marks of entries that are not here yet, and covers, are counted when the import runs.',
    );
  else state.writing.events.wake();
}
