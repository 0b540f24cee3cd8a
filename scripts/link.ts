import { randomBytes } from 'node:crypto';
import { linkToken } from '../services/gateway/src/auth/links.ts';
import { stateFolder } from './launcher/paths.ts';
import { isAlive } from './launcher/processes.ts';
import { readRunFile } from './launcher/run-file.ts';

const countsForMs = 60 * 60_000;

/** Prints a one-time link for a further browser of the local start that runs here. */
function main(): number {
  const run = readRunFile(stateFolder(process.env));
  if (run === null || !isAlive(run.pid)) {
    process.stderr.write('GAZE does not run here. Start it with npm start, which prints a link.\n');
    return 1;
  }
  if (run.linkSecret === undefined) {
    process.stderr.write(
      `This GAZE asks for its password and takes no links. Open ${run.url} and sign in.\n`,
    );
    return 1;
  }
  const token = linkToken(run.linkSecret, Date.now() + countsForMs, randomBytes(16).toString('base64url'));
  process.stdout.write(`${run.url}/?token=${token}\n`);
  process.stderr.write('It works once, within an hour.\n');
  return 0;
}

process.exitCode = main();
