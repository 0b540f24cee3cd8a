import type { DoctorFinding, DoctorReport } from '@gaze/contracts';
import { toWireError } from '@gaze/runtime';
import type { FileRepairs } from './check-files.ts';
import { checkFiles, checkMarker, checkPending, checkProblems, checkTrash } from './check-files.ts';
import type { PictureRepairs } from './check-pictures.ts';
import { checkCovers, checkPictures, checkStaging, checkThumbs } from './check-pictures.ts';
import { checkHosts, checkJobs, checkSpace } from './check-work.ts';
import type { DoctorDeps, Finding } from './finding.ts';

export type Repairs = FileRepairs & PictureRepairs;

/**
 * Looks whether files, rows and pictures agree, and repairs on request alone. What is repaired is looked at again:
 * a finding that stays says so.
 * @param options.deep reads every picture and compares its checksum
 */
export async function runDoctor(
  deps: DoctorDeps,
  repairs: Repairs,
  options: { deep: boolean; repair: boolean },
): Promise<DoctorReport> {
  const began = performance.now();
  const checks: (() => Promise<Finding | Finding[]>)[] = [
    () => checkMarker(deps),
    () => checkSpace(deps),
    () => checkFiles(deps, repairs),
    () => checkProblems(deps),
    () => checkPending(deps, repairs),
    () => checkTrash(deps),
    () => checkPictures(deps, repairs, options.deep),
    () => checkCovers(deps),
    () => checkThumbs(deps),
    () => checkStaging(deps),
    () => checkJobs(deps),
    () => checkHosts(deps),
  ];
  const findings: DoctorFinding[] = [];
  for (const check of checks) {
    const found = await outcomeOf(check);
    const due = found.filter(({ repair }) => repair !== null);
    if (!options.repair || due.length === 0) {
      findings.push(...found.map((finding) => shown(finding, false)));
      continue;
    }
    for (const { repair } of due) await repair?.run();
    const left = new Set(
      (await outcomeOf(check)).filter(({ state }) => state !== 'good').map((finding) => finding.check),
    );
    findings.push(
      ...found.map((finding) => shown(finding, finding.repair !== null && !left.has(finding.check))),
    );
  }
  return {
    findings,
    faults: findings.filter(({ state, repaired }) => state === 'fault' && !repaired).length,
    seconds: Math.round(performance.now() - began) / 1000,
  };
}

/** A check that cannot be made is a finding of its own, and the others are made all the same. */
async function outcomeOf(check: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    const wire = toWireError(error);
    const why = wire.code === 'internal' && error instanceof Error ? error.message : wire.message;
    return [
      {
        ...{ check: 'doctor', state: 'fault', count: 1, examples: [], repair: null },
        message: `Something could not be looked at: ${why}`,
      },
    ];
  }
}

const shown = ({ repair, ...finding }: Finding, repaired: boolean): DoctorFinding => ({
  ...finding,
  repair: repair?.sentence ?? null,
  repaired,
});
