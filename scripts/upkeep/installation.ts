import { join } from 'node:path';
import { storeEnv, storeFromEnv } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { buildLog, connectNats } from '@gaze/runtime';
import type { Log, Nats } from '@gaze/runtime';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { connectDb } from '../../services/catalog/src/db/connect.ts';
import type { Db } from '../../services/catalog/src/db/connect.ts';
import { prepareState } from '../launcher/folders.ts';
import { lockFolder } from '../launcher/obstacles.ts';
import { root, stateFolder, underRoot } from '../launcher/paths.ts';
import { freePort } from '../launcher/ports.ts';
import { isAlive } from '../launcher/processes.ts';
import { readRunFile } from '../launcher/run-file.ts';
import type { RunFile } from '../launcher/run-file.ts';
import { keyFileName, loadSecrets } from '../launcher/secrets.ts';
import { readLaunchSettings } from '../launcher/settings.ts';
import { SpokenError } from '../launcher/spoken-error.ts';
import { buildPostgresPart } from '../launcher/stores.ts';

/** An installation as a tool of this machine sees it, whether it runs or not. */
export interface Installation extends AsyncDisposable {
  db: Db;
  databaseUrl: string;
  store: ObjectStore;
  dataDir: string;
  /** Folder of the picture store; null where an S3 server holds the pictures. */
  uploadsDir: string | null;
  promptsDir: string;
  keyFile: string;
  stateDir: string;
  log: Log;
}

/** The GAZE of this folder that runs; null where none does. */
export function runningHere(env: NodeJS.ProcessEnv): RunFile | null {
  const run = readRunFile(stateFolder(env));
  return run !== null && isAlive(run.pid) ? run : null;
}

/**
 * Opens the rows and files of the installation that the environment names: a database of its own where DATABASE_URL
 * says so, that of the GAZE that runs here, or the built-in one, which is started for as long as the tool works.
 */
export async function openInstallation(env: NodeJS.ProcessEnv): Promise<Installation> {
  const settings = readLaunchSettings([], env);
  const log = buildLog({ service: 'tool', level: 'error' });
  const s3 = env.S3_ENDPOINT !== undefined && env.S3_ENDPOINT !== '';
  const store = storeFromEnv(
    z.object(storeEnv).parse({ ...(s3 ? env : {}), UPLOADS_DIR: settings.uploadsDir }),
  );
  const database = await openDatabase(env);
  const { db } = connectDb({ url: database.url, max: 4, log });
  return {
    ...{ db, databaseUrl: database.url, store, log },
    ...{
      dataDir: settings.dataDir,
      uploadsDir: s3 ? null : settings.uploadsDir,
      stateDir: settings.stateDir,
    },
    promptsDir: underRoot(env.PROMPTS_DIR, 'prompts'),
    keyFile: env.GAZE_KEY_FILE ?? join(settings.stateDir, keyFileName),
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await database.stop();
    },
  };
}

async function openDatabase(env: NodeJS.ProcessEnv): Promise<{ url: string; stop: () => Promise<void> }> {
  const settings = readLaunchSettings([], env);
  const nothing = (): Promise<void> => Promise.resolve();
  if (settings.databaseUrl !== null) return { url: settings.databaseUrl, stop: nothing };
  const run = runningHere(env);
  if (run !== null) return { url: run.database, stop: nothing };
  const { logs } = prepareState(settings.stateDir);
  // Nobody starts GAZE on the same folders meanwhile.
  const lock = lockFolder(join(settings.stateDir, 'lock'), 'a tool that works on this installation', 'state');
  try {
    const secrets = loadSecrets(settings.stateDir);
    const port = await freePort();
    const { part, url } = await buildPostgresPart({ root, stateDir: settings.stateDir, logs, port, secrets });
    const child = await part.launch();
    return {
      url,
      async stop() {
        await child.end(part.stopSignal, part.stopWithinMs);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const connectLimitMs = 5000;

/**
 * The bus of the GAZE that runs: the one that NATS_URL names, else the one of this folder.
 * @throws SpokenError where none runs
 */
export async function connectBus(env: NodeJS.ProcessEnv, name: string): Promise<Nats> {
  const named = env.NATS_URL;
  const bus =
    named !== undefined && named !== ''
      ? { url: named, user: env.NATS_USER, password: env.NATS_PASSWORD }
      : (runningHere(env)?.nats ?? null);
  if (bus === null)
    throw new SpokenError('GAZE does not run here. Start it with npm start, then run this again.');
  const log = buildLog({ service: name, level: 'silent' });
  const nats = await Promise.race([
    connectNats({ url: bus.url, user: bus.user, pass: bus.password, name, log }),
    wait(connectLimitMs, null),
  ]);
  if (nats === null)
    throw new SpokenError(
      `The bus of GAZE (${bus.url}) does not answer. Look into its logs, or start it again.`,
    );
  return nats;
}
