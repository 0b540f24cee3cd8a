import { parseArgs } from 'node:util';
import type { DoctorFinding, DoctorReport } from '@gaze/contracts';
import { operatorRpc, upkeepRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { runDoctor } from '../services/catalog/src/doctor/doctor.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { connectBus, openInstallation, runningHere } from './upkeep/installation.ts';
import { print, runTool } from './upkeep/say.ts';
import { stoppedRepairs } from './upkeep/stopped-repairs.ts';

const usage = [
  'npm run doctor                 looks whether files, entries, pictures and jobs agree; changes nothing',
  'npm run doctor -- --deep       reads every picture, too, and compares its checksum',
  'npm run doctor -- --repair     puts right what it can',
  'Ends with 1 where something is wrong and was not put right.',
].join('\n');

const marks = { good: 'ok  ', note: 'note', fault: 'BAD ' } as const;

await runTool(usage, async () => {
  const { repair, deep } = readArgs();
  const isRunning = runningHere(process.env) !== null || (process.env.NATS_URL ?? '') !== '';
  const report = isRunning ? await askRunning(repair, deep) : await lookStopped(repair, deep);
  for (const finding of report.findings) print(lineOf(finding));
  const { faults, findings } = report;
  const repairable = findings.filter((one) => one.state !== 'good' && one.repair !== null && !one.repaired);
  print(faults === 0 ? '\nEverything is in order.' : `\n${faults === 1 ? 'One fault' : `${faults} faults`}.`);
  if (repairable.length > 0 && !repair) print('npm run doctor -- --repair puts right what it can.');
  return faults === 0 ? 0 : 1;
});

async function askRunning(repair: boolean, deep: boolean): Promise<DoctorReport> {
  const nats = await connectBus(process.env, 'doctor');
  try {
    return await callRpc(nats.nc, repair ? operatorRpc.repair : upkeepRpc.doctor, { deep });
  } finally {
    await nats.close();
  }
}

async function lookStopped(repair: boolean, deep: boolean): Promise<DoctorReport> {
  await using house = await openInstallation(process.env);
  await using repairs = await stoppedRepairs(house);
  return await runDoctor(house, repairs, { repair, deep });
}

function lineOf({ state, message, examples, count, repair, repaired }: DoctorFinding): string {
  const lines = [`${repaired ? 'done' : marks[state]}  ${message}`];
  for (const example of examples) lines.push(`        ${example}`);
  if (count > examples.length && examples.length > 0)
    lines.push(`        and ${count - examples.length} more`);
  if (state !== 'good' && repair !== null)
    lines.push(`      ${repaired ? 'Put right' : 'Repair'}: ${repair}`);
  return lines.join('\n');
}

function readArgs(): { repair: boolean; deep: boolean } {
  try {
    return parseArgs({
      options: { repair: { type: 'boolean', default: false }, deep: { type: 'boolean', default: false } },
    }).values;
  } catch {
    throw new SpokenError(usage);
  }
}
