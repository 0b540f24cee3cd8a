import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareState } from './launcher/folders.ts';
import { root } from './launcher/paths.ts';
import { freePort } from './launcher/ports.ts';
import { clusterUrl } from './launcher/postgres/cluster.ts';
import { readPostmasterPid } from './launcher/postgres/postmaster-pid.ts';
import { isAlive } from './launcher/processes.ts';
import { readRunFile } from './launcher/run-file.ts';
import { runProgram } from './launcher/run-program.ts';
import { loadSecrets } from './launcher/secrets.ts';
import { readLaunchSettings } from './launcher/settings.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { buildPostgresPart } from './launcher/stores.ts';

/*
 * npm run upgrade:check
 * Says which migrations this version would run. It asks the database that DATABASE_URL names, else the built-in one,
 * which it starts for the question where GAZE does not run.
 */
interface Asked {
  url: string;
  release: () => Promise<void>;
}

async function database(): Promise<Asked | null> {
  const settings = readLaunchSettings([], process.env);
  const nothing = (): Promise<void> => Promise.resolve();
  if (settings.databaseUrl !== null) return { url: settings.databaseUrl, release: nothing };
  if (!existsSync(join(settings.stateDir, 'secrets.json'))) return null;
  const secrets = loadSecrets(settings.stateDir);
  const run = readRunFile(settings.stateDir);
  const running =
    run !== null && isAlive(run.pid) ? readPostmasterPid(join(settings.stateDir, 'postgres')) : null;
  if (running !== null) return { url: clusterUrl(running.port, secrets.postgres, 'gaze'), release: nothing };
  const { logs } = prepareState(settings.stateDir);
  const port = await freePort();
  const { part, url } = await buildPostgresPart({ root, stateDir: settings.stateDir, logs, port, secrets });
  const server = await part.launch();
  return {
    url,
    async release() {
      await server.end(part.stopSignal, part.stopWithinMs);
    },
  };
}

try {
  const asked = await database();
  if (asked === null) {
    process.stdout.write('GAZE has not been started here yet: there is no database to change.\n');
  } else {
    const script = join(root, 'services/catalog/src/upgrade-check/main.ts');
    const env = { ...process.env, DATABASE_URL: asked.url };
    const { ok, text } = await runProgram(process.execPath, [script], { env }).finally(asked.release);
    process.stdout.write(text);
    if (!ok) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof SpokenError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
