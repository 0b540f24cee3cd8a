import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { restoreBackup } from '../services/catalog/src/backup/restore.ts';
import type { RestoreReport } from '../services/catalog/src/backup/restore.ts';
import { isArchive, unpackArchive } from '../services/catalog/src/backup/unpack-archive.ts';
import { writeFolder } from '../services/catalog/src/backup/write-folder.ts';
import { lockOnce } from '../services/catalog/src/lock.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { openInstallation, runningHere } from './upkeep/installation.ts';
import type { Installation } from './upkeep/installation.ts';
import { print, runTool } from './upkeep/say.ts';

const usage = [
  'npm run restore -- <backup>                brings a backup back into a fresh installation',
  'npm run restore -- <backup> --overwrite    the same where something here differs; what is replaced is kept aside',
  'npm run restore -- <backup> --keep         files that are here and differ stay; the rows come from the backup',
  '<backup> is the folder that npm run backup wrote, or the .zip that was downloaded. GAZE must not run.',
].join('\n');

await runTool(usage, async () => {
  const { values, positionals } = readArgs();
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0 || (values.overwrite && values.keep))
    throw new SpokenError(usage);
  const place = resolve(process.env.INIT_CWD ?? '.', given);
  const run = runningHere(process.env);
  if (run !== null)
    throw new SpokenError(`GAZE runs (${run.url}). Stop it first: it must not work on what is replaced.`);
  await using house = await openInstallation(process.env);
  const release = await lockOnce(house.databaseUrl);
  if (release === null)
    throw new SpokenError(
      'A catalog works on this database. Stop GAZE first, everywhere, then run it again.',
    );
  try {
    const at = new Date();
    await using backup = await openBackup(place, house);
    const report = await restoreBackup(house, backup.folder, {
      at,
      onDifference: values.overwrite ? 'overwrite' : values.keep ? 'keep' : undefined,
      beforeRows: () => saveRows(house, at),
      say: print,
    });
    for (const line of sentences(report, house)) print(line);
  } finally {
    await release();
  }
  return 0;
});

/** The folder of a backup: the one that was named, or one with what the archive held, for as long as it is needed. */
async function openBackup(place: string, house: Installation): Promise<{ folder: string } & AsyncDisposable> {
  if (!(await isArchive(place))) return { folder: place, [Symbol.asyncDispose]: () => Promise.resolve() };
  await mkdir(house.stateDir, { recursive: true });
  const folder = await mkdtemp(join(house.stateDir, 'unpacked-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    print(`Unpacking ${place} …`);
    await unpackArchive(place, folder);
    return { folder, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The rows that are replaced are kept as a backup of their own. */
async function saveRows(house: Installation, at: Date): Promise<void> {
  const folder = join(house.stateDir, 'backups', `before-restore-${at.toISOString().replace(/[:.]/g, '-')}`);
  await writeFolder(house, folder, { pictures: false, keyFile: null, at, update: false });
  print(`What was here before is in ${folder}.`);
}

function sentences(report: RestoreReport, house: Installation): string[] {
  const { restored, same, kept, replaced, rows, openJobs, manifest, picturesWithoutFile } = report;
  return [
    `Restored the backup of ${manifest.created_at}: ${rows} rows; ${restored} files came back, ${same} were there already.`,
    ...(replaced > 0
      ? [
          `${replaced} files were replaced; the earlier ones are in ${join(house.dataDir, report.replacedFolder)} and in the picture store under the same name.`,
        ]
      : []),
    ...(kept > 0 ? [`${kept} files differ from the backup and stay as they are here.`] : []),
    ...(openJobs > 0
      ? [
          `${openJobs} jobs were open when the backup was made. They wait, and the queue is paused: resume it, or cancel them.`,
        ]
      : []),
    ...(picturesWithoutFile > 0
      ? [
          `${picturesWithoutFile} pictures are known and have no file here. Copy them into the picture store, then look for pictures in the gallery.`,
        ]
      : []),
    ...(manifest.key
      ? []
      : [
          'Sealed secrets, such as the key of the language model, open only with the key file of the installation that made the backup.',
        ]),
    'Start GAZE again with npm start.',
  ];
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { overwrite: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
    });
  } catch {
    throw new SpokenError(usage);
  }
}
