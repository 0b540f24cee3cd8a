import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ImportReport, ImportRun } from '@gaze/contracts';
import { operatorRpc, upkeepRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { SpokenError } from './launcher/spoken-error.ts';
import { connectBus } from './upkeep/installation.ts';
import { print, runTool } from './upkeep/say.ts';

const usage = [
  'npm run import -- <folder>              takes an installation of the Flask original over; <folder> is that of app.py',
  'npm run import -- <folder> --dry-run    looks only, and says what it would take',
  'GAZE has to run. It may be repeated: what is here already, and what was edited here since, stays as it is.',
].join('\n');

const kinds = [
  ['entries', 'entries'],
  ['pictures', 'pictures'],
  ['sidecars', 'marks of pictures'],
  ['marks', 'favourites, defaults and covers'],
] as const;

await runTool(usage, async () => {
  const { values, positionals } = readArgs();
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new SpokenError(usage);
  const folder = resolve(process.env.INIT_CWD ?? '.', given);
  const nats = await connectBus(process.env, 'import');
  try {
    let run: ImportRun = await callRpc(nats.nc, operatorRpc.importFrom, {
      folder,
      dry_run: values['dry-run'],
    });
    for (let said = performance.now(); run.state === 'running';) {
      await wait(300);
      run = (await callRpc(nats.nc, upkeepRpc.importGet, {})).run ?? run;
      if (performance.now() - said < 5000) continue;
      said = performance.now();
      print(`  ${run.report.entries.added} entries, ${run.report.pictures.added} pictures …`);
    }
    for (const line of sentences(run)) print(line);
    return run.state === 'done' ? 0 : 1;
  } finally {
    await nats.close();
  }
});

function sentences({ report, problem, dry_run: dry }: ImportRun): string[] {
  return [
    ...kinds.map(([key, name]) => countsOf(name, report[key], dry)),
    ...report.settings.map((line) => `${dry ? 'Would take' : 'Took'}: ${line}`),
    ...report.notes,
    ...report.problems.map(({ file, message }) => `Not taken: ${file}. ${message}`),
    ...(report.problem_count > report.problems.length
      ? [`… and ${report.problem_count - report.problems.length} more that were not taken.`]
      : []),
    ...(problem === null ? [] : [problem]),
  ];
}

function countsOf(
  name: string,
  { added, updated, same, kept }: ImportReport['entries'],
  dry: boolean,
): string {
  return `${name}: ${added} ${dry ? 'would be new' : 'new'}, ${updated} ${dry ? 'would be updated' : 'updated'}, ${same} as they are here, ${kept} kept as they were changed here.`;
}

function readArgs() {
  try {
    return parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean', default: false } } });
  } catch {
    throw new SpokenError(usage);
  }
}
