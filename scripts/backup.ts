import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFolder } from '../services/catalog/src/backup/write-folder.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { openInstallation } from './upkeep/installation.ts';
import { print, runTool, size } from './upkeep/say.ts';

const usage = [
  'npm run backup -- <folder>              rows, JSON files, prompts, covers and sidecars into a folder',
  'npm run backup -- <folder> --images     the pictures, too',
  'npm run backup -- <folder> --key        the key file, too, that opens sealed secrets: keep such a backup safe',
  'npm run backup -- <folder> --update     brings the backup in that folder up to date',
  'GAZE may run meanwhile. A backup that was cut off goes on when the same command is run again.',
].join('\n');

await runTool(usage, async () => {
  const { values, positionals } = readArgs();
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new SpokenError(usage);
  const folder = resolve(process.env.INIT_CWD ?? '.', given);
  await using house = await openInstallation(process.env);
  const began = performance.now();
  const { files, bytes, reused } = await writeFolder(house, folder, {
    ...{ pictures: values.images, keyFile: values.key ? house.keyFile : null },
    ...{ at: new Date(), update: values.update, onProgress: buildProgress() },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print(
    `The backup is in ${folder}: ${files} files, ${size(bytes)}, in ${seconds} s${reused === 0 ? '' : `; ${reused} pictures were there already`}.`,
  );
  print(`Bring it back with: npm run restore -- ${folder}`);
  return 0;
});

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        images: { type: 'boolean', default: false },
        key: { type: 'boolean', default: false },
        update: { type: 'boolean', default: false },
      },
    });
  } catch {
    throw new SpokenError(usage);
  }
}

/** A line now and then, for whoever waits for a terabyte. */
function buildProgress() {
  let last = performance.now();
  return ({ files, bytes }: { files: number; bytes: number }): void => {
    if (performance.now() - last < 5000) return;
    last = performance.now();
    print(`  ${files} files, ${size(bytes)} …`);
  };
}
