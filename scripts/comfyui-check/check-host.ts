import { adoptCheck } from './adopt.ts';
import { classesCheck, filesCheck, versionCheck } from './discovery.ts';
import { openVisit } from './visit.ts';
import type { Visit, VisitOptions } from './visit.ts';
import { refusalCheck } from './refusal.ts';
import { pictureCheck, renderCheck, socketCheck } from './render.ts';
import { cancelCheck, withdrawCheck } from './steer.ts';
import { Finding } from './finding.ts';

interface Check {
  name: string;
  run: (visit: Visit) => Promise<string>;
  /** Nothing after it makes sense where this one fails. */
  decisive?: boolean;
}

const checks: readonly Check[] = [
  { name: 'version', run: versionCheck, decisive: true },
  { name: 'nodes', run: classesCheck, decisive: true },
  { name: 'files', run: filesCheck, decisive: true },
  { name: 'socket', run: socketCheck },
  { name: 'refusal', run: refusalCheck },
  { name: 'render', run: renderCheck, decisive: true },
  { name: 'picture', run: pictureCheck },
  { name: 'cancel', run: cancelCheck },
  { name: 'withdraw', run: withdrawCheck },
  { name: 'takeover', run: adoptCheck },
];

export interface CheckOptions extends VisitOptions {
  say: (line: string) => void;
}

/** Checks one host and says a line for each check; answers how many failed. Its own prompts are taken away at the end. */
export async function checkHost(options: CheckOptions): Promise<number> {
  const { say } = options;
  say(options.url);
  const visit = openVisit(options);
  let failed = 0;
  try {
    for (const { name, run, decisive } of checks) {
      try {
        say(`  ok    ${name.padEnd(9)} ${await run(visit)}`);
      } catch (error) {
        failed++;
        say(`  FAIL  ${name.padEnd(9)} ${inWords(error)}`);
        if (decisive === true) {
          say('        the rest was not tried');
          break;
        }
      }
    }
  } finally {
    await visit.leave();
  }
  say(failed === 0 ? '  GAZE can use this host.' : `  ${failed} of the checks failed.`);
  return failed;
}

function inWords(error: unknown): string {
  if (error instanceof Finding) return error.message;
  return error instanceof Error ? error.message : String(error);
}
